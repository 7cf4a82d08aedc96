#include "platform/core/total_order.h"

#include "platform/base/assert.h"
#include "platform/base/instrument.h"

namespace cohort::core {

using wire::EntryKind;
using wire::OrderEntry;

void TotalOrder::install(std::size_t sites) {
  floor_ = 0;
  passed_ = 0;
  order_.clear();
  cursor_.assign(sites, 0);
  cursor_epoch_ = 0;
  markers_passed_ = 0;
}

bool TotalOrder::receive(std::uint64_t first, const std::vector<OrderEntry>& entries) {
  if (first != received() + 1) return false;
  order_.insert(order_.end(), entries.begin(), entries.end());
  return true;
}

const OrderEntry* TotalOrder::find(std::uint64_t place) const {
  if (place <= floor_ || place > received()) return nullptr;
  return &order_[place - floor_ - 1];
}

void TotalOrder::free_to(std::uint64_t place) {
  while (floor_ < place && floor_ < passed_) {
    order_.pop_front();
    ++floor_;
  }
}

void TotalOrder::settle(std::uint64_t base, const std::vector<OrderEntry>& entries) {
  COHORT_ASSERT(base >= floor_, "the survivors' common prefix of the order is kept by all");
  COHORT_ASSERT(base + entries.size() >= passed_, "what was passed stays in the order");
  if (received() > base) COHORT_PROBE("order.tail_replaced");
  while (received() > base) order_.pop_back();
  order_.insert(order_.end(), entries.begin(), entries.end());
}

bool TotalOrder::advance(const Multicast& multicast, std::size_t origin,
                         std::vector<OrderEntry>& places) {
  const StreamEntry* entry = multicast.stream(origin).find(cursor_[origin] + 1);
  if (entry == nullptr || entry->epoch > cursor_epoch_) return false;
  const wire::SiteVector& vector = entry->head.vector;
  for (std::size_t i = 0; i < vector.size(); ++i) {
    if (i != origin && cursor_[i] < vector[i] && !COHORT_MUTANT("order_ignores_causality")) {
      COHORT_PROBE("order.waits_for_cause");
      return false;
    }
  }
  ++cursor_[origin];
  if (entry->kind == EntryKind::kMarker && ++markers_passed_ == cursor_.size()) {
    ++cursor_epoch_;
    markers_passed_ = 0;
  }
  const bool message = entry->kind == EntryKind::kMessage || entry->kind == EntryKind::kHeader;
  if (message && entry->head.order == wire::Order::kTotal) {
    places.push_back(
        {static_cast<std::uint32_t>(origin), cursor_[origin], entry->head.destination_sites});
  }
  return true;
}

std::vector<OrderEntry> TotalOrder::sequence(const Multicast& multicast) {
  std::vector<OrderEntry> places;
  for (bool moved = true; moved;) {
    moved = false;
    for (std::size_t origin = 0; origin < cursor_.size(); ++origin) {
      while (advance(multicast, origin, places)) moved = true;
    }
  }
  order_.insert(order_.end(), places.begin(), places.end());
  return places;
}

}  // namespace cohort::core
