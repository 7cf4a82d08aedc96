/// The whole replicated state of scheduling, as plain data. Only PlantBook changes it.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/dispatch/lot.h"
#include "stations/equipment.h"
#include "stations/mini_fab.h"

namespace cohort::services::dispatch {

/// Which of the waiting lots a machine takes next.
enum class Policy : std::uint8_t {
  kFifo,           ///< longest waiting first
  kLeastSetup,     ///< lithography: least set-up time first, then longest waiting; others FIFO
  kLastStepFirst,  ///< last buffer first served: the later step first, then longest waiting
};
/// "fifo", "least-setup", "last-step-first".
std::string_view to_string(Policy policy);
std::optional<Policy> parse_policy(std::string_view text);

enum class OrderKind : std::uint8_t { kStep, kMove };
/// "step", "move".
std::string_view to_string(OrderKind kind);

/// One job that a station or transporter is asked to do; outstanding until done or failed.
struct Order {
  std::uint64_t id = 0;  ///< from 1, never reused in this book
  OrderKind kind = OrderKind::kStep;
  std::string station;
  std::vector<std::string> lots;
  std::uint8_t step = 0;      ///< of a move: the step that it leads to, or kOutLeg
  std::string product;        ///< "Pa", "Pb", "TW" or "mixed"
  Area from = Area::kSource;  ///< moves only
  Area to = Area::kSource;
  bool short_batch = false;
  bool started = false;
  PlantTime created_ms = 0;
  bool operator==(const Order&) const = default;
};

/// What the station is asked: "S3-Pa", "move-C1-C3".
std::string recipe_of(const Order& order);
/// The order as its station understands it, under the key that the asker chose.
stations::Job job_of(const Order& order, std::string key);

struct BookStation {
  stations::StationSpec spec;
  std::uint64_t order = 0;        ///< outstanding; 0: free
  PlantTime paused_until_ms = 0;  ///< after an order that it could not take
  stations::Setup setup;          ///< lithography: left by the last order
  Area position = Area::kSource;  ///< transporter: left by the last order
  std::uint64_t jobs = 0;
  PlantTime busy_ms = 0;
  bool operator==(const BookStation&) const = default;
};

struct PlannedLot {
  PlantTime at_ms = 0;
  std::string lot;
  Product product = Product::kPa;
  bool operator==(const PlannedLot&) const = default;
};

struct ShortBatch {
  std::uint64_t order = 0;
  std::string station;
  std::uint8_t step = 0;
  std::vector<std::string> lots;
  bool operator==(const ShortBatch&) const = default;
};

struct Counters {
  std::uint64_t orders_created = 0;  ///< also the last order's id
  std::uint64_t orders_done = 0;
  std::uint64_t orders_failed = 0;
  std::uint64_t results_repeated = 0;    ///< results of orders that were over: ignored
  std::uint64_t duplicates_refused = 0;  ///< by stations
  std::uint64_t short_batches = 0;
  std::uint64_t lots_released = 0;             ///< also the last lot's serial
  std::array<std::uint32_t, 3> last_number{};  ///< of automatic names, by product
  bool operator==(const Counters&) const = default;
};

/// Invariants: a lot is in `active` or `past`, never both; a lot has an order if and only if that
/// order is in `orders` and names it; so has a station; planned lots have names of their own.
struct Book {
  PlantTime now_ms = 0;  ///< never goes back
  Policy policy = Policy::kFifo;
  std::vector<BookStation> stations;
  std::deque<PlannedLot> plan;            ///< by time
  std::map<std::string, Lot> active;      ///< in the plant
  std::map<std::string, Lot> past;        ///< finished, cancelled
  std::map<std::uint64_t, Order> orders;  ///< outstanding
  std::vector<ShortBatch> short_batches;
  Counters counters;
  bool operator==(const Book&) const = default;

  const Lot* lot(std::string_view id) const;
  const BookStation* station(std::string_view name) const;
  std::size_t stations_of(stations::StationKind kind) const;
};

}  // namespace cohort::services::dispatch
