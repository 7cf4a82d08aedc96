#include "platform/sim/checkers/checker.h"

namespace cohort::sim::checkers {

/// D1: copies that have applied the same number of ordered updates are equal. Notes "copy.applied":
/// group, token = updates applied since the group began, digest of the copy.
void check_convergence(const Index& index, Findings& findings) {
  std::map<std::pair<GroupId, std::uint64_t>, Place> first;
  for (const auto& [process, history] : index.processes()) {
    for (std::size_t i = 0; i < history.covered; ++i) {
      const HistoryRecord& record = history.records[i];
      if (record.kind != HistoryKind::kNote || record.text != "copy.applied") continue;
      const Place here{process, i};
      auto [found, is_new] = first.try_emplace({record.group, record.token}, here);
      if (!is_new && index.at(found->second).digest != record.digest) {
        findings.add("two copies differ after the same number of updates", {found->second, here});
      }
    }
  }
}

}  // namespace cohort::sim::checkers
