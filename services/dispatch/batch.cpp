#include "services/dispatch/batch.h"

#include <algorithm>
#include <tuple>

namespace cohort::services::dispatch {
namespace {

/// What a batch is formed of: a step and, where the step asks for one product, the product.
struct BatchKind {
  std::uint8_t step = 0;
  std::optional<Product> product;
};

std::size_t full_size(const BookStation& station) {
  return stations::station_model(station.spec.kind).lots_full;
}

/// The lots that a batch is made of; test wafer lots ride along.
bool is_main(const BatchKind& kind, Product product) {
  if (product == Product::kTw) return false;
  return !kind.product || *kind.product == product;
}

std::vector<BatchKind> kinds_of(stations::StationKind station) {
  std::vector<BatchKind> kinds;
  for (std::uint8_t step = 1; step <= stations::kSteps; ++step) {
    if (stations::step_model(step).kind != station) continue;
    if (stations::step_model(step).one_product) {
      kinds.push_back({step, Product::kPa});
      kinds.push_back({step, Product::kPb});
    } else {
      kinds.push_back({step, std::nullopt});
    }
  }
  return kinds;
}

/// Lots that will come to the step by themselves; held ones are not counted on.
bool is_expected(const Lot& lot, std::uint8_t step) {
  if (lot.state == LotState::kHeld || is_over(lot.state)) return false;
  const bool on_the_way = lot.state == LotState::kAwaitingMove || lot.state == LotState::kMoving;
  return lot.step < step || (lot.step == step && on_the_way);
}

struct Queue {
  std::vector<const Lot*> main;  ///< waiting, longest first
  const Lot* rider = nullptr;    ///< the test wafer lot that waits longest and may come here
  std::size_t main_expected = 0;
  std::size_t riders_expected = 0;  ///< or waiting for another machine
  bool other_mains = false;         ///< another product's lots wait or come: a rider waits for them
};

bool longer_waiting(const Lot* left, const Lot* right) {
  return std::tie(left->since_ms, left->serial) < std::tie(right->since_ms, right->serial);
}

void count_lot(const Book& book, const BookStation& station, const BatchKind& kind, const Lot& lot,
               Queue& queue) {
  const bool waits = lot.state == LotState::kWaiting && lot.step == kind.step;
  const bool comes = is_expected(lot, kind.step);
  if (!waits && !comes) return;
  if (lot.product == Product::kTw) {
    if (!waits || !may_visit(book, station, lot)) {
      ++queue.riders_expected;
    } else if (queue.rider == nullptr || longer_waiting(&lot, queue.rider)) {
      queue.rider = &lot;
    }
  } else if (!is_main(kind, lot.product)) {
    queue.other_mains = true;
  } else if (waits) {
    queue.main.push_back(&lot);
  } else {
    ++queue.main_expected;
  }
}

Queue queue_of(const Book& book, const BookStation& station, const BatchKind& kind) {
  Queue queue;
  for (const auto& [id, lot] : book.active) count_lot(book, station, kind, lot, queue);
  for (const PlannedLot& planned : book.plan) {
    if (planned.product == Product::kTw) {
      ++queue.riders_expected;
    } else if (is_main(kind, planned.product)) {
      ++queue.main_expected;
    } else {
      queue.other_mains = true;
    }
  }
  std::sort(queue.main.begin(), queue.main.end(), longer_waiting);
  return queue;
}

std::string product_of(const std::vector<const Lot*>& lots) {
  std::optional<Product> product;
  for (const Lot* lot : lots) {
    if (lot->product == Product::kTw) continue;
    if (product && *product != lot->product) return std::string(stations::kMixedProduct);
    product = lot->product;
  }
  return std::string(stations::to_string(product.value_or(Product::kTw)));
}

struct Candidate {
  Choice choice;
  const Lot* oldest = nullptr;
};

std::optional<Candidate> candidate_of(const Book& book, const BookStation& station,
                                      const BatchKind& kind) {
  const Queue queue = queue_of(book, station, kind);
  std::vector<const Lot*> lots = queue.main;
  if (queue.rider != nullptr) {
    lots.push_back(queue.rider);
    std::sort(lots.begin(), lots.end(), longer_waiting);
  }
  if (lots.empty()) return std::nullopt;
  if (lots.size() > full_size(station)) lots.resize(full_size(station));
  const bool full = lots.size() == full_size(station);
  const bool rider_waits = queue.main.empty() && queue.other_mains;
  const bool partners_come =
      queue.main_expected > 0 || (queue.rider == nullptr && queue.riders_expected > 0);
  if (!full && (partners_come || rider_waits)) return std::nullopt;
  Candidate candidate;
  candidate.oldest = lots.front();
  candidate.choice.step = kind.step;
  candidate.choice.product = product_of(lots);
  candidate.choice.short_batch = !full;
  for (const Lot* lot : lots) candidate.choice.lots.push_back(lot->id);
  return candidate;
}

bool better(const Book& book, const Candidate& left, const Candidate& right) {
  if (left.choice.short_batch != right.choice.short_batch) return right.choice.short_batch;
  if (book.policy == Policy::kLastStepFirst && left.choice.step != right.choice.step) {
    return left.choice.step > right.choice.step;
  }
  return longer_waiting(left.oldest, right.oldest);
}

}  // namespace

std::optional<Choice> choose_batch(const Book& book, const BookStation& station) {
  std::optional<Candidate> best;
  for (const BatchKind& kind : kinds_of(station.spec.kind)) {
    auto candidate = candidate_of(book, station, kind);
    if (candidate && (!best || better(book, *candidate, *best))) best = std::move(candidate);
  }
  if (!best) return std::nullopt;
  return best->choice;
}

BatchOutlook batch_outlook(const Book& book, const BookStation& station, std::uint8_t step,
                           Product product) {
  BatchKind kind{step, std::nullopt};
  if (stations::step_model(step).one_product && product != Product::kTw) kind.product = product;
  const Queue queue = queue_of(book, station, kind);
  const std::size_t rider = queue.rider == nullptr ? 0 : 1;
  return {queue.main.size() + rider,
          queue.main_expected + (rider == 0 ? queue.riders_expected : 0)};
}

}  // namespace cohort::services::dispatch
