#include "platform/sim/phases.h"

#include "platform/base/instrument.h"

namespace cohort::sim {

void Phases::on_note(ProcessId process, const wire::HistoryRecord& note) {
  if (note.text == "transfer.begin") receiving_[process] = note.token;
  if (note.text == "transfer.done" || note.text == "transfer.failed") {
    receiving_.erase(process);
    std::erase_if(encoded_, [&](const auto& donor) { return donor.second == note.token; });
  }
  if (note.text == "transfer.encoded") encoded_[process] = note.token;
  if (note.text == "cc.act" && note.view > 0) takeovers_[process].insert(note.id);
  if (note.text == "cc.apply") takeovers_[process].erase(note.id);
}

void Phases::on_process_end(ProcessId process) {
  if (receiving_.contains(process) || encoded_.contains(process))
    COHORT_PROBE("crash.mid-transfer");
  const auto takeover = takeovers_.find(process);
  if (takeover != takeovers_.end() && !takeover->second.empty()) COHORT_PROBE("crash.mid-takeover");
  receiving_.erase(process);
  encoded_.erase(process);
  takeovers_.erase(process);
}

void Phases::on_site_step(SiteId site, bool promised, bool installed) {
  if (promised) changing_.insert(site);
  if (installed) changing_.erase(site);
}

void Phases::on_site_end(SiteId site) {
  if (changing_.erase(site) != 0) COHORT_PROBE("crash.mid-view-change");
}

}  // namespace cohort::sim
