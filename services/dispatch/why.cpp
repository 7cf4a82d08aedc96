/// Why a lot is where it is, in words (report.h).
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "services/dispatch/batch.h"
#include "services/dispatch/report.h"
#include "services/dispatch/rules.h"

namespace cohort::services::dispatch {
namespace {

std::string why_ordered(const Book& book, const Lot& lot) {
  const Order& order = book.orders.at(lot.order);
  const std::string since = plant_time_text(order.created_ms);
  std::string pending;
  if (!lot.hold_reason.empty()) {
    pending = fmt::format("; it will be held after that: {}", lot.hold_reason);
  }
  if (order.kind == OrderKind::kMove) {
    return fmt::format("is moved from {} to {} by {} (order {}, since {}){}",
                       stations::to_string(order.from), stations::to_string(order.to),
                       order.station, order.id, since, pending);
  }
  const std::string partners =
      order.lots.size() > 1 ? fmt::format(" in a batch of {}", order.lots.size()) : std::string();
  return fmt::format("{} step S{} at {}{} (order {}, since {}){}",
                     order.started ? "runs" : "is reserved for", order.step, order.station,
                     partners, order.id, since, pending);
}

std::string why_one_station(const Book& book, const BookStation& station, const Lot& lot) {
  const std::string& name = station.spec.name;
  if (!may_visit(book, station, lot)) {
    return fmt::format("{} is closed to it (a test wafer lot goes to each machine once)", name);
  }
  if (station.order != 0) {
    const Order& order = book.orders.at(station.order);
    return fmt::format("{} is busy with order {} ({})", name, order.id,
                       fmt::join(order.lots, ", "));
  }
  if (station.paused_until_ms > book.now_ms) {
    return fmt::format("{} could not take an order and is tried again at {}", name,
                       plant_time_text(station.paused_until_ms));
  }
  const auto& model = stations::station_model(station.spec.kind);
  if (model.lots_full > 1) {
    const BatchOutlook outlook = batch_outlook(book, station, lot.step, lot.product);
    return fmt::format("{} waits for a batch of {}: {} waiting, {} more expected", name,
                       model.lots_full, outlook.waiting, outlook.expected);
  }
  return fmt::format("{} is free", name);
}

std::string why_waiting(const Book& book, const Lot& lot) {
  const auto& step = stations::step_model(lot.step);
  std::vector<std::string> reasons;
  for (const BookStation& station : book.stations) {
    if (station.spec.kind == step.kind) reasons.push_back(why_one_station(book, station, lot));
  }
  if (reasons.empty()) reasons.push_back("the plant has no station for it");
  return fmt::format("waits at {} for step S{} since {}: {}", stations::to_string(lot.area),
                     lot.step, plant_time_text(lot.since_ms), fmt::join(reasons, "; "));
}

std::string why_awaiting_move(const Book& book, const Lot& lot) {
  const Area to = lot.step == stations::kOutLeg ? Area::kOut : stations::step_model(lot.step).area;
  const auto ahead = std::count_if(book.active.begin(), book.active.end(), [&](const auto& entry) {
    const Lot& other = entry.second;
    return other.state == LotState::kAwaitingMove &&
           std::pair(other.since_ms, other.serial) < std::pair(lot.since_ms, lot.serial);
  });
  return fmt::format("waits at {} for a move to {} since {}: {} other lots wait longer",
                     stations::to_string(lot.area), stations::to_string(to),
                     plant_time_text(lot.since_ms), ahead);
}

}  // namespace

std::string why(const Book& book, const Lot& lot) {
  std::string words;
  switch (lot.state) {
    case LotState::kAwaitingMove:
      words = why_awaiting_move(book, lot);
      break;
    case LotState::kWaiting:
      words = why_waiting(book, lot);
      break;
    case LotState::kMoving:
    case LotState::kReserved:
    case LotState::kProcessing:
      words = why_ordered(book, lot);
      break;
    case LotState::kHeld:
      words =
          fmt::format("is on hold since {}: {}", plant_time_text(lot.since_ms), lot.hold_reason);
      break;
    case LotState::kFinished:
      words = fmt::format("finished at {}", plant_time_text(lot.finished_ms));
      break;
    case LotState::kCancelled:
      words =
          fmt::format("was cancelled at {}: {}", plant_time_text(lot.finished_ms), lot.hold_reason);
      break;
  }
  return fmt::format("lot {} {}", lot.id, words);
}

}  // namespace cohort::services::dispatch
