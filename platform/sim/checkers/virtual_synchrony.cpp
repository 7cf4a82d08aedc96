#include <set>

#include "platform/sim/checkers/checker.h"

namespace cohort::sim::checkers {

namespace {

std::map<MessageId, Place> set_of(const Index& index, const Passage& passage) {
  std::map<MessageId, Place> set;
  for (Place place : passage.delivered) set.emplace(index.at(place).id, place);
  return set;
}

void compare(const Passage& left, const std::map<MessageId, Place>& left_set, const Passage& right,
             const std::map<MessageId, Place>& right_set, Findings& findings) {
  for (const auto& [id, place] : left_set) {
    if (right_set.contains(id)) continue;
    findings.add(to_string(left.process) + " delivers a message in the view and " +
                     to_string(right.process) + " does not; both see the view and the next",
                 {Place{left.process, left.from}, place, Place{left.process, *left.to},
                  Place{right.process, right.from}, Place{right.process, *right.to}});
    return;
  }
}

}  // namespace

/// M3: processes that see the same two successive views of a group deliver the same set of its
/// messages between them (of sites that stay: see Index, `covered`).
void check_virtual_synchrony(const Index& index, Findings& findings) {
  for (const auto& [view, passages] : index.passages()) {
    std::map<std::uint64_t, std::pair<const Passage*, std::map<MessageId, Place>>> by_next;
    for (const Passage& passage : passages) {
      if (!passage.covered) continue;
      std::map<MessageId, Place> set = set_of(index, passage);
      auto found = by_next.find(passage.next_view);
      if (found == by_next.end()) {
        by_next.emplace(passage.next_view, std::pair{&passage, std::move(set)});
        continue;
      }
      compare(*found->second.first, found->second.second, passage, set, findings);
      compare(passage, set, *found->second.first, found->second.second, findings);
    }
  }
}

}  // namespace cohort::sim::checkers
