#include "platform/core/agreed_cursor.h"

#include <algorithm>

namespace cohort::core {

using wire::EntryKind;

void AgreedCursor::install(std::size_t sites) {
  reached_.assign(sites, 0);
  wanted_.assign(sites, 0);
  place_ = 0;
}

void AgreedCursor::begin_again() {
  reached_.assign(reached_.size(), 0);
  place_ = 0;
}

bool AgreedCursor::wants_more() const {
  for (std::size_t i = 0; i < wanted_.size(); ++i) {
    if (wanted_[i] > std::max(reached_[i], multicast_.stream(i).done())) return true;
  }
  return false;
}

void AgreedCursor::catch_up() {
  for (std::size_t i = 0; i < reached_.size(); ++i) {
    reached_[i] = std::max(reached_[i], multicast_.stream(i).done());
  }
  place_ = std::max(place_, order_.passed());
}

std::optional<wire::StreamPlace> AgreedCursor::next(std::uint64_t epoch) {
  if (!wants_more()) return std::nullopt;
  catch_up();
  for (bool moved = true; moved;) {
    moved = false;
    for (std::size_t origin = 0; origin < reached_.size(); ++origin) {
      pass_places();
      const std::uint64_t number = reached_[origin] + 1;
      const StreamEntry* entry = multicast_.stream(origin).find(number);
      if (entry == nullptr || entry->epoch > epoch || !may_pass(origin, *entry)) continue;
      const bool here = entry->kind == EntryKind::kMessage &&
                        wire::contains(entry->head.destination_sites, multicast_.rank());
      if (here && entry->head.order == wire::Order::kTotal) ++place_;
      reached_[origin] = number;
      moved = true;
      if (here && entry->head.safety == wire::Safety::kDurable) {
        return wire::StreamPlace{static_cast<std::uint32_t>(origin), number};
      }
    }
  }
  return std::nullopt;
}

/// As Delivery::try_entry, but for what is safe.
bool AgreedCursor::may_pass(std::size_t origin, const StreamEntry& entry) const {
  const std::uint64_t number = reached_[origin] + 1;
  const bool message = entry.kind == EntryKind::kMessage;
  const bool here = message && wire::contains(entry.head.destination_sites, multicast_.rank());
  const bool total = entry.head.order == wire::Order::kTotal;
  if (entry.kind == EntryKind::kHeader || (message && !here && total && multicast_.rank() == 0)) {
    return order_.cursor(origin) >= number;
  }
  if (message && !here) return true;
  if (entry.head.order_prefix > place_) return false;
  const wire::SiteVector& vector = entry.head.vector;
  for (std::size_t i = 0; i < vector.size(); ++i) {
    if (i != origin && reached_[i] < vector[i]) return false;
  }
  if (!here || !total) return true;
  const wire::OrderEntry* place = order_.find(place_ + 1);
  return place != nullptr && place->origin == origin && place->number == number;
}

void AgreedCursor::pass_places() {
  while (const wire::OrderEntry* place = order_.find(place_ + 1)) {
    const bool here = wire::contains(place->destinations, multicast_.rank());
    if (here && place->number > reached_[place->origin]) return;
    ++place_;
  }
}

}  // namespace cohort::core
