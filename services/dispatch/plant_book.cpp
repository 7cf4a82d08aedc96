#include "services/dispatch/plant_book.h"

#include <fmt/format.h>

#include <algorithm>

#include "platform/base/assert.h"
#include "services/dispatch/limits.h"
#include "services/dispatch/rules.h"

namespace cohort::services::dispatch {

PlantBook::PlantBook(const std::vector<stations::StationSpec>& plant_stations, Policy policy) {
  COHORT_ASSERT(!plant_stations.empty() && plant_stations.size() <= limits::kStations,
                "a plant has stations, but not too many");
  book_.policy = policy;
  for (const stations::StationSpec& spec : plant_stations) {
    COHORT_ASSERT(book_.station(spec.name) == nullptr, "stations have different names");
    BookStation entry;
    entry.spec = spec;
    book_.stations.push_back(std::move(entry));
  }
}

Applied PlantBook::apply(const Command& command, PlantTime at_ms) {
  applied_ = {};
  book_.now_ms = std::max(book_.now_ms, at_ms);
  release_due();
  const auto handled = std::visit([this](const auto& part) { return handle(part); }, command);
  if (!handled) applied_.refused = handled.error();
  release_due();
  decide();
  return std::move(applied_);
}

std::optional<PlantTime> PlantBook::next_tick() const {
  std::optional<PlantTime> next;
  const auto consider = [&next](PlantTime at) { next = next ? std::min(*next, at) : at; };
  if (!book_.plan.empty()) consider(book_.plan.front().at_ms);
  for (const BookStation& station : book_.stations) {
    if (station.order == 0 && station.paused_until_ms > book_.now_ms) {
      consider(station.paused_until_ms);
    }
  }
  return next;
}

void PlantBook::decide() {
  for (BookStation& station : book_.stations) {
    if (station.order != 0 || station.paused_until_ms > book_.now_ms) continue;
    if (const auto choice = choose_job(book_, station)) create_order(station, *choice);
  }
}

void PlantBook::create_order(BookStation& station, const Choice& choice) {
  Order order;
  order.id = ++book_.counters.orders_created;
  order.kind = choice.kind;
  order.station = station.spec.name;
  order.lots = choice.lots;
  order.step = choice.step;
  order.product = choice.product;
  order.from = choice.from;
  order.to = choice.to;
  order.short_batch = choice.short_batch;
  order.created_ms = book_.now_ms;
  const bool is_step = order.kind == OrderKind::kStep;
  for (const std::string& id : order.lots) {
    Lot& lot = book_.active.at(id);
    COHORT_ASSERT(lot.order == 0 && lot.step == order.step, "an idle lot gets its next step only");
    COHORT_ASSERT(!is_step || lot.history.size() + 1 == lot.step, "no step is ordered twice");
    lot.order = order.id;
    enter(lot, is_step ? LotEvent::kStepOrdered : LotEvent::kMoveOrdered, book_.now_ms);
  }
  station.order = order.id;
  if (order.short_batch) {
    ++book_.counters.short_batches;
    if (book_.short_batches.size() < limits::kShortBatchesListed) {
      book_.short_batches.push_back({order.id, order.station, order.step, order.lots});
    }
  }
  applied_.orders.push_back(order);
  book_.orders.emplace(order.id, std::move(order));
}

Result<Order*> PlantBook::find_order(std::uint64_t id) {
  if (const auto found = book_.orders.find(id); found != book_.orders.end()) return &found->second;
  if (id == 0 || id > book_.counters.orders_created) {
    return make_error(Errc::kInvalidArgument, fmt::format("order {} was never given", id));
  }
  applied_.repeated = true;
  ++book_.counters.results_repeated;
  return nullptr;
}

Result<void> PlantBook::handle(const OrderStarted& started) {
  const auto order = find_order(started.order);
  if (!order) return std::unexpected(order.error());
  if (*order == nullptr) return {};
  if ((*order)->started) {
    applied_.repeated = true;
    return {};
  }
  (*order)->started = true;
  if ((*order)->kind == OrderKind::kMove) return {};
  for (const std::string& id : (*order)->lots) {
    enter(book_.active.at(id), LotEvent::kStepStarted, book_.now_ms);
  }
  return {};
}

Result<void> PlantBook::handle(const OrderDone& done) {
  if (done.started_ms < 0 || done.completed_ms < done.started_ms) {
    return make_error(Errc::kInvalidArgument,
                      fmt::format("order {}: started at {} ms, completed at {} ms", done.order,
                                  done.started_ms, done.completed_ms));
  }
  const auto found = find_order(done.order);
  if (!found) return std::unexpected(found.error());
  if (*found == nullptr) return {};
  book_.now_ms = std::max(book_.now_ms, done.completed_ms);
  const Order order = **found;
  for (const std::string& id : order.lots) complete_lot(book_.active.at(id), order, done);
  BookStation& station = station_of(order);
  ++station.jobs;
  station.busy_ms += done.completed_ms - done.started_ms;
  station.position = order.kind == OrderKind::kMove ? order.to : station.position;
  if (const auto product = stations::parse_product(order.product);
      product && order.kind == OrderKind::kStep) {
    station.setup = {order.step, *product};
  }
  ++book_.counters.orders_done;
  book_.counters.duplicates_refused += done.duplicates_refused;
  close(order.id);
  for (const std::string& id : order.lots) retire(id);
  return {};
}

void PlantBook::complete_lot(Lot& lot, const Order& order, const OrderDone& done) {
  if (order.kind == OrderKind::kStep) {
    COHORT_ASSERT(lot.step == order.step && lot.history.size() + 1 == order.step,
                  "a step of a lot is done once and in order");
    lot.history.push_back({order.step, order.id, order.station, done.started_ms, done.completed_ms,
                           order.short_batch});
    ++lot.step;
    enter(lot, LotEvent::kStepDone, done.completed_ms);
  } else {
    lot.area = order.to;
    const bool out = lot.step == stations::kOutLeg;
    enter(lot, out ? LotEvent::kMovedOut : LotEvent::kMoved, done.completed_ms);
    if (out) {
      COHORT_ASSERT(lot.history.size() == stations::kSteps, "a finished lot did every step");
      lot.finished_ms = done.completed_ms;
      applied_.finished.push_back(lot.id);
    }
  }
  hold_if_asked(lot);
}

Result<void> PlantBook::handle(const OrderFailed& failed) {
  const auto found = find_order(failed.order);
  if (!found) return std::unexpected(found.error());
  if (*found == nullptr) return {};
  const Order order = **found;
  // A station that said "started" cannot have done nothing: then a person decides.
  const bool never_started = failed.never_started && !order.started;
  for (const std::string& id : order.lots) {
    Lot& lot = book_.active.at(id);
    if (never_started) {
      enter(lot, LotEvent::kNeverStarted, book_.now_ms);
      hold_if_asked(lot);
      continue;
    }
    lot.held_in = lot.state == LotState::kMoving ? LotState::kAwaitingMove : LotState::kWaiting;
    lot.hold_reason = fmt::format("order {} at {}: {}", order.id, order.station, failed.reason)
                          .substr(0, limits::kReasonBytes);
    enter(lot, LotEvent::kOutcomeUnknown, book_.now_ms);
    applied_.held.push_back(lot.id);
  }
  ++book_.counters.orders_failed;
  station_of(order).paused_until_ms = book_.now_ms + limits::kRetryPause;
  close(order.id);
  return {};
}

BookStation& PlantBook::station_of(const Order& order) {
  for (BookStation& station : book_.stations) {
    if (station.spec.name == order.station) return station;
  }
  COHORT_ASSERT(false, "orders name stations of the plant");
  return book_.stations.front();
}

void PlantBook::close(std::uint64_t order) {
  const auto found = book_.orders.find(order);
  station_of(found->second).order = 0;
  for (const std::string& id : found->second.lots) book_.active.at(id).order = 0;
  book_.orders.erase(found);
}

void PlantBook::enter(Lot& lot, LotEvent event, PlantTime at_ms) {
  const auto next = next_state(lot.state, event);
  COHORT_ASSERT(next.has_value(), "events of orders fit the lot's state");
  lot.state = *next;
  lot.since_ms = std::min(at_ms, book_.now_ms);
}

void PlantBook::hold_if_asked(Lot& lot) {
  if (lot.hold_reason.empty() || is_over(lot.state)) return;
  lot.held_in = lot.state;
  enter(lot, LotEvent::kHold, book_.now_ms);
  applied_.held.push_back(lot.id);
}

void PlantBook::retire(const std::string& id) {
  if (!is_over(book_.active.at(id).state)) return;
  auto node = book_.active.extract(id);
  book_.past.insert(std::move(node));
}

}  // namespace cohort::services::dispatch
