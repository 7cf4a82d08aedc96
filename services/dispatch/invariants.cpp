/// The invariants of book.h, checked where a book comes from outside.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "services/dispatch/plant_book.h"

namespace cohort::services::dispatch {
namespace {

template <typename... Args>
std::unexpected<Error> corrupt(fmt::format_string<Args...> text, Args&&... args) {
  return make_error(Errc::kCorrupt,
                    "plant book: " + fmt::format(text, std::forward<Args>(args)...));
}

Result<void> check_history(const Lot& lot) {
  std::uint8_t step = 0;
  for (const StepRecord& record : lot.history) {
    if (record.step != ++step) return corrupt("lot {}: step {} out of order", lot.id, record.step);
  }
  if (lot.step != lot.history.size() + 1) {
    return corrupt("lot {}: {} steps done, next step {}", lot.id, lot.history.size(), lot.step);
  }
  return {};
}

Result<void> check_active(const Book& book, const Lot& lot) {
  if (is_over(lot.state)) return corrupt("lot {} is over and yet in the plant", lot.id);
  if (book.past.contains(lot.id)) return corrupt("lot {} is there twice", lot.id);
  if (is_ordered(lot.state) != (lot.order != 0)) {
    return corrupt("lot {} is {} with order {}", lot.id, to_string(lot.state), lot.order);
  }
  if (lot.state == LotState::kHeld && lot.held_in != LotState::kWaiting &&
      lot.held_in != LotState::kAwaitingMove) {
    return corrupt("lot {} was held while {}", lot.id, to_string(lot.held_in));
  }
  const bool waits_for_step = lot.state == LotState::kWaiting ||
                              (lot.state == LotState::kHeld && lot.held_in == LotState::kWaiting) ||
                              lot.state == LotState::kReserved ||
                              lot.state == LotState::kProcessing;
  if (waits_for_step && lot.step > stations::kSteps)
    return corrupt("lot {} has no step left", lot.id);
  if (lot.order != 0) {
    const auto order = book.orders.find(lot.order);
    if (order == book.orders.end()) return corrupt("lot {}: order {} is gone", lot.id, lot.order);
    if (std::find(order->second.lots.begin(), order->second.lots.end(), lot.id) ==
        order->second.lots.end()) {
      return corrupt("lot {}: order {} does not name it", lot.id, lot.order);
    }
  }
  return check_history(lot);
}

Result<void> check_order(const Book& book, const Order& order) {
  const BookStation* station = book.station(order.station);
  if (station == nullptr || station->order != order.id) {
    return corrupt("order {}: station {} does not have it", order.id, order.station);
  }
  if (order.lots.empty()) return corrupt("order {} names no lot", order.id);
  for (const std::string& id : order.lots) {
    const auto lot = book.active.find(id);
    if (lot == book.active.end() || lot->second.order != order.id ||
        lot->second.step != order.step) {
      return corrupt("order {}: lot {} does not have it", order.id, id);
    }
    const bool moving = lot->second.state == LotState::kMoving;
    if (moving != (order.kind == OrderKind::kMove)) {
      return corrupt("order {}: lot {} is {}", order.id, id, to_string(lot->second.state));
    }
  }
  if (order.id > book.counters.orders_created) return corrupt("order {} was never given", order.id);
  return {};
}

Result<void> check_stations(const Book& book) {
  std::set<std::string> names;
  if (book.stations.empty()) return corrupt("no stations");
  for (const BookStation& station : book.stations) {
    if (!names.insert(station.spec.name).second) {
      return corrupt("station {} is there twice", station.spec.name);
    }
    if (station.order != 0 && !book.orders.contains(station.order)) {
      return corrupt("station {}: order {} is gone", station.spec.name, station.order);
    }
  }
  return {};
}

}  // namespace

Result<void> check_invariants(const Book& book) {
  if (auto sound = check_stations(book); !sound) return sound;
  for (const auto& [id, lot] : book.active) {
    if (auto sound = check_active(book, lot); !sound) return sound;
  }
  for (const auto& [id, lot] : book.past) {
    if (!is_over(lot.state)) return corrupt("lot {} is {} and yet gone", id, to_string(lot.state));
    if (auto sound = check_history(lot); !sound) return sound;
  }
  for (const auto& [id, order] : book.orders) {
    if (auto sound = check_order(book, order); !sound) return sound;
  }
  std::set<std::string> planned_names;
  for (const PlannedLot& planned : book.plan) {
    if (book.lot(planned.lot) != nullptr || !planned_names.insert(planned.lot).second) {
      return corrupt("planned lot {} is there twice", planned.lot);
    }
  }
  return {};
}

}  // namespace cohort::services::dispatch
