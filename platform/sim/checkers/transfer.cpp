#include "platform/sim/checkers/checker.h"

namespace cohort::sim::checkers {

/// X1: the state of a group's member at the place of a view is the same at all its members, joiners
/// included, whose state at that place is the one they were given. Notes "state.at-view": group,
/// view, digest of the state (token = updates folded into it).
void check_transfer(const Index& index, Findings& findings) {
  std::map<GroupViewKey, Place> first;
  for (const auto& [process, history] : index.processes()) {
    for (std::size_t i = 0; i < history.covered; ++i) {
      const HistoryRecord& record = history.records[i];
      if (record.kind != HistoryKind::kNote || record.text != "state.at-view") continue;
      const Place here{process, i};
      auto [found, is_new] = first.try_emplace({record.group, record.view}, here);
      if (is_new) continue;
      const HistoryRecord& other = index.at(found->second);
      if (other.digest != record.digest || other.token != record.token) {
        findings.add("two members have different states at one view", {found->second, here});
      }
    }
  }
}

}  // namespace cohort::sim::checkers
