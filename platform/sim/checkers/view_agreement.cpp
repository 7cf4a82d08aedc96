#include "platform/sim/checkers/checker.h"

namespace cohort::sim::checkers {

/// V1: a view of a group has one membership, whoever sees it; members that pass from it pass to the
/// same next view.
void check_view_agreement(const Index& index, Findings& findings) {
  std::map<GroupViewKey, Place> first;
  for (const auto& [process, history] : index.processes()) {
    for (std::size_t i = 0; i < history.records.size(); ++i) {
      const HistoryRecord& record = history.records[i];
      if (record.kind != HistoryKind::kView) continue;
      const Place here{process, i};
      auto [found, is_new] = first.try_emplace({record.group, record.view}, here);
      if (!is_new && index.at(found->second).members != record.members) {
        findings.add("two memberships under one number of " + to_string(record.group),
                     {found->second, here});
      }
    }
  }
  for (const auto& [view, passages] : index.passages()) {
    const Passage* reference = nullptr;
    for (const Passage& passage : passages) {
      if (!passage.to) continue;
      if (reference == nullptr) reference = &passage;
      if (passage.next_view != reference->next_view) {
        findings.add(
            "two members of one view of " + to_string(view.first) + " pass to different views",
            {Place{reference->process, *reference->to}, Place{passage.process, *passage.to}});
      }
    }
  }
}

}  // namespace cohort::sim::checkers
