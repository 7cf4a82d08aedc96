#include "platform/sim/checkers/checker.h"
#include "platform/sim/checkers/order_graph.h"

namespace cohort::sim::checkers {

/// M10: there is one order of all ABCASTs and GBCASTs that every survivor's deliveries follow,
/// whatever the destinations. What a site did in the view from which it was removed does not count
/// (protocol-review C2).
void check_total(const Index& index, Findings& findings) {
  OrderGraph<MessageId> graph;
  for (const auto& [process, history] : index.processes()) {
    for (std::size_t i = 0; i < history.covered; ++i) {
      const HistoryRecord& record = history.records[i];
      if (record.kind != HistoryKind::kDeliver || record.order == wire::Order::kCausal) continue;
      graph.add(process, record.id, {process, i});
    }
  }
  if (auto cycle = graph.find_cycle()) {
    findings.add("ABCASTs are delivered in different orders", *cycle);
  }
}

}  // namespace cohort::sim::checkers
