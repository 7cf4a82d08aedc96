#include "platform/sim/phases.h"

#include <algorithm>
#include <array>
#include <utility>

#include "platform/base/instrument.h"
#include "platform/base/instrument_run.h"

namespace cohort::sim {

namespace {

/// The probe that begins a stage of a site.
constexpr std::array<std::pair<std::string_view, const char*>, 9> kStages{
    {{"view.promised", "promised"},
     {"view.fetch_begun", "fetching"},
     {"view.fetch_for_adopted", "fetching"},
     {"view.entries_asked", "fetching"},
     {"view.accepted", "accepted"},
     {"view.proposed", "proposing"},
     {"view.chosen", "chosen"},
     {"epochs.switched", "epoch"},
     {"epochs.closed", "idle"}}};

}  // namespace

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

void Phases::on_site_start(SiteId site) {
  sites_[site] = Where{};
}

void Phases::on_site_step(SiteId site, const std::vector<std::string>& probes, bool installed) {
  Where& where = sites_[site];
  for (const std::string& probe : probes) {
    for (const auto& [name, stage] : kStages) {
      // The coordinator accepts its own proposal in the same step.
      if (where.stage == "proposing" && name == "view.accepted") continue;
      if (probe == name) where.stage = stage;
    }
    if (probe == "client.not_serving") where.blocked = true;
    if (probe == "client.serving_again") where.blocked = false;
  }
  if (installed) where.stage = "idle";
}

void Phases::on_site_end(SiteId site) {
  const auto found = sites_.find(site);
  if (found == sites_.end()) return;
  const std::string& stage = found->second.stage;
  if (stage != "idle" && stage != "joining" && stage != "epoch") {
    COHORT_PROBE("crash.mid-view-change");
  }
  sites_.erase(found);
}

void Phases::on_fault(std::string_view kind, SiteId site) const {
  const auto found = sites_.find(site);
  if (found == sites_.end()) return;
  const auto hit = [kind](std::string_view phase) {
    instrument::hit(instrument::cell("fault", kind, phase));
  };
  const auto here = [site](const auto& entry) { return entry.first.site() == site; };
  hit(found->second.stage);
  if (found->second.blocked && found->second.stage != "joining") hit("blocked");
  if (std::any_of(receiving_.begin(), receiving_.end(), here)) hit("receiving");
  if (!receiving_.empty() && std::any_of(encoded_.begin(), encoded_.end(), here)) hit("giving");
  const bool takeover = std::any_of(takeovers_.begin(), takeovers_.end(), [&](const auto& entry) {
    return here(entry) && !entry.second.empty();
  });
  if (takeover) hit("takeover");
}

std::vector<std::string> Phases::names() {
  return {"idle",      "joining", "epoch",   "promised",  "fetching", "accepted",
          "proposing", "chosen",  "blocked", "receiving", "giving",   "takeover"};
}

}  // namespace cohort::sim
