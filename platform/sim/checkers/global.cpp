#include "platform/sim/checkers/checker.h"

namespace cohort::sim::checkers {

namespace {

/// What a process delivered in a view before one GBCAST.
struct Before {
  Place global;
  std::map<MessageId, Place> messages;
};

void compare(const Before& left, const Before& right, Findings& findings) {
  for (const auto& [id, place] : left.messages) {
    if (right.messages.contains(id)) continue;
    findings.add(to_string(left.global.process) + " delivers a message before the GBCAST, " +
                     to_string(right.global.process) + " does not",
                 {place, left.global, right.global});
    return;
  }
}

}  // namespace

/// M12: of every message to a group and every GBCAST to it, all survivors deliver the same one
/// first.
void check_global(const Index& index, Findings& findings) {
  for (const auto& [view, passages] : index.passages()) {
    std::map<MessageId, Before> first;
    for (const Passage& passage : passages) {
      Before so_far;
      for (Place place : passage.delivered) {
        if (!index.covered(place)) break;
        const HistoryRecord& record = index.at(place);
        if (record.order == wire::Order::kGlobal) {
          so_far.global = place;
          auto [found, is_new] = first.try_emplace(record.id, so_far);
          if (!is_new) {
            compare(found->second, so_far, findings);
            compare(so_far, found->second, findings);
          }
        }
        so_far.messages.emplace(record.id, place);
      }
    }
  }
}

}  // namespace cohort::sim::checkers
