#include "platform/sim/checkers/checker.h"

namespace cohort::sim::checkers {

/// M8: two messages of one process are delivered in the order in which it sent them, whatever the
/// primitives, wherever both are delivered. (That none is left out: M9.)
void check_fifo(const Index& index, Findings& findings) {
  for (const auto& [process, history] : index.processes()) {
    std::map<ProcessId, std::pair<std::size_t, Place>> latest;  // sender -> its send, our delivery
    for (std::size_t i = 0; i < history.records.size(); ++i) {
      const HistoryRecord& record = history.records[i];
      if (record.kind != HistoryKind::kDeliver || passes_a_hold(record)) continue;
      const MessageFacts& facts = index.messages().at(record.id);
      if (!facts.send) continue;
      const Place here{process, i};
      auto [found, is_new] = latest.try_emplace(facts.sender, *facts.send, here);
      if (!is_new && *facts.send < found->second.first) {
        findings.add("two messages of one process are delivered against their sending order",
                     {Place{facts.sender, *facts.send}, Place{facts.sender, found->second.first},
                      found->second.second, here});
      }
      if (*facts.send > found->second.first) found->second = {*facts.send, here};
    }
  }
}

}  // namespace cohort::sim::checkers
