#include "services/dispatch/rules.h"

#include <algorithm>
#include <tuple>

#include "services/dispatch/batch.h"

namespace cohort::services::dispatch {
namespace {

/// Smaller is sooner; the serial makes it unique.
using Rank = std::tuple<std::int64_t, PlantTime, std::uint64_t>;

Rank rank_of(const Book& book, const BookStation& station, const Lot& lot) {
  std::int64_t first = 0;
  if (book.policy == Policy::kLastStepFirst) first = -static_cast<std::int64_t>(lot.step);
  if (book.policy == Policy::kLeastSetup &&
      station.spec.kind == stations::StationKind::kLithography) {
    first = stations::setup_time(station.setup, {lot.step, lot.product});
  }
  return {first, lot.since_ms, lot.serial};
}

std::optional<Choice> choose_single(const Book& book, const BookStation& station) {
  const Lot* best = nullptr;
  for (const auto& [id, lot] : book.active) {
    if (lot.state != LotState::kWaiting) continue;
    if (stations::step_model(lot.step).kind != station.spec.kind) continue;
    if (!may_visit(book, station, lot)) continue;
    if (best == nullptr || rank_of(book, station, lot) < rank_of(book, station, *best)) best = &lot;
  }
  if (best == nullptr) return std::nullopt;
  return Choice{
      OrderKind::kStep, best->step, {best->id}, std::string(stations::to_string(best->product))};
}

/// One carrier takes the lots that go the same way to the same step, as many as it holds.
std::optional<Choice> choose_move(const Book& book, const BookStation& station) {
  std::vector<const Lot*> waiting;
  for (const auto& [id, lot] : book.active) {
    if (lot.state == LotState::kAwaitingMove) waiting.push_back(&lot);
  }
  if (waiting.empty()) return std::nullopt;
  std::sort(waiting.begin(), waiting.end(), [&](const Lot* left, const Lot* right) {
    return rank_of(book, station, *left) < rank_of(book, station, *right);
  });
  const Lot& first = *waiting.front();
  Choice choice;
  choice.kind = OrderKind::kMove;
  choice.step = first.step;
  choice.product = stations::to_string(first.product);
  choice.from = first.area;
  choice.to = first.step == stations::kOutLeg ? Area::kOut : stations::step_model(first.step).area;
  for (const Lot* lot : waiting) {
    if (choice.lots.size() == stations::station_model(station.spec.kind).lots_most) break;
    if (lot->area != first.area || lot->step != first.step) continue;
    choice.lots.push_back(lot->id);
    if (lot->product != first.product) choice.product = stations::kMixedProduct;
  }
  return choice;
}

}  // namespace

std::optional<Choice> choose_job(const Book& book, const BookStation& station) {
  if (station.spec.kind == stations::StationKind::kTransporter) return choose_move(book, station);
  if (stations::station_model(station.spec.kind).lots_full > 1) return choose_batch(book, station);
  return choose_single(book, station);
}

bool may_visit(const Book& book, const BookStation& station, const Lot& lot) {
  if (lot.product != Product::kTw || book.stations_of(station.spec.kind) == 1) return true;
  return std::none_of(lot.history.begin(), lot.history.end(), [&](const StepRecord& record) {
    return record.station == station.spec.name;
  });
}

}  // namespace cohort::services::dispatch
