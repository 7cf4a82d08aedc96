#include <algorithm>
#include <set>

#include "platform/sim/checkers/checker.h"

namespace cohort::sim::checkers {

namespace {

bool same_content(const HistoryRecord& sent, const HistoryRecord& delivered) {
  return sent.digest == delivered.digest && sent.entry == delivered.entry &&
         sent.order == delivered.order && sent.destinations == delivered.destinations;
}

bool addressed(const HistoryRecord& delivered) {
  const wire::Destinations& to = delivered.destinations;
  const auto& processes = to.processes;
  if (std::find(processes.begin(), processes.end(), delivered.process) != processes.end()) {
    return true;
  }
  return std::find(to.groups.begin(), to.groups.end(), delivered.group) != to.groups.end();
}

/// A sender that crashed before it was told the number: any send of that content will do.
bool sent_by(const ProcessHistory& sender, const HistoryRecord& delivered) {
  for (const HistoryRecord& record : sender.records) {
    if (record.kind == HistoryKind::kSend && same_content(record, delivered)) return true;
  }
  return false;
}

void check_origin(const Index& index, Place here, Findings& findings) {
  const HistoryRecord& record = index.at(here);
  const ProcessHistory* sender = index.find(record.peer);
  if (!addressed(record)) findings.add("delivered where it was not sent to", {here});
  if (sender == nullptr) return;  // a program that keeps no history
  const MessageFacts& facts = index.messages().at(record.id);
  if (facts.send) {
    const Place origin{facts.sender, *facts.send};
    if (facts.sender != record.peer)
      findings.add("the stated sender did not send it", {origin, here});
    if (!same_content(index.at(origin), record)) {
      findings.add("delivered otherwise than sent", {origin, here});
    }
  } else if (!sent_by(*sender, record)) {
    findings.add("nobody sent it", {here});
  }
}

}  // namespace

/// M1: what is delivered was sent once by its stated sender, unchanged, to this place, and is
/// delivered at most once at each process.
void check_integrity(const Index& index, Findings& findings) {
  for (const auto& [process, history] : index.processes()) {
    std::map<MessageId, std::size_t> delivered;
    for (std::size_t i = 0; i < history.records.size(); ++i) {
      const HistoryRecord& record = history.records[i];
      if (record.kind != HistoryKind::kDeliver) continue;
      auto [found, is_new] = delivered.try_emplace(record.id, i);
      if (!is_new) {
        findings.add("delivered twice", {Place{process, found->second}, Place{process, i}});
      }
      check_origin(index, {process, i}, findings);
    }
  }
}

}  // namespace cohort::sim::checkers
