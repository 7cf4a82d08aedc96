#include <algorithm>
#include <tuple>

#include "platform/sim/checkers/checker.h"
#include "platform/sim/checkers/order_graph.h"

namespace cohort::sim::checkers {

/// V7: failures, and views seen by members, come in one order at all that see them.
void check_change_order(const Index& index, Findings& findings) {
  using Key = std::tuple<int, std::uint64_t, std::uint64_t>;
  OrderGraph<Key> graph;
  for (const auto& [process, history] : index.processes()) {
    for (std::size_t i = 0; i < history.covered; ++i) {
      const HistoryRecord& record = history.records[i];
      const Place here{process, i};
      if (record.kind == HistoryKind::kGone) graph.add(process, {0, record.peer.value, 0}, here);
      if (record.kind == HistoryKind::kSites) graph.add(process, {1, record.view, 0}, here);
      // A monitor's first view is history; a member's, even its first, is an event.
      const bool member =
          std::find(record.members.begin(), record.members.end(), process) != record.members.end();
      if (record.kind == HistoryKind::kView && member) {
        graph.add(process, {2, record.group.value, record.view}, here);
      }
    }
  }
  if (auto cycle = graph.find_cycle()) {
    findings.add("failures and views are seen in different orders", *cycle);
  }
}

}  // namespace cohort::sim::checkers
