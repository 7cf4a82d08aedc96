#include "platform/sim/checkers/checker.h"

namespace cohort::sim::checkers {

namespace {

/// The view that each delivery names is the one its process is in.
void check_own_view(const Index& index, const GroupViewKey& view, const Passage& passage,
                    Findings& findings) {
  for (Place place : passage.delivered) {
    const HistoryRecord& record = index.at(place);
    if (record.group == view.first && record.view != view.second) {
      findings.add("delivered under another view than the process is in",
                   {Place{passage.process, passage.from}, place});
    }
  }
}

}  // namespace

/// M2: all that deliver a message through a group deliver it in the same view of that group.
void check_same_view(const Index& index, Findings& findings) {
  std::map<std::pair<MessageId, GroupId>, std::pair<std::uint64_t, Place>> first;
  for (const auto& [view, passages] : index.passages()) {
    for (const Passage& passage : passages) {
      check_own_view(index, view, passage, findings);
      for (Place place : passage.delivered) {
        if (!index.covered(place)) continue;
        const std::pair<MessageId, GroupId> key{index.at(place).id, view.first};
        auto [found, is_new] = first.try_emplace(key, view.second, place);
        if (!is_new && found->second.first != view.second) {
          findings.add("delivered in view " + std::to_string(found->second.first) +
                           " and in view " + std::to_string(view.second) + " of " +
                           to_string(view.first),
                       {found->second.second, place});
        }
      }
    }
  }
}

}  // namespace cohort::sim::checkers
