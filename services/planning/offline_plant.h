/// A whole plant in one function: the book, its machines and its transporter on virtual plant time,
/// with the same dispatching that decides in the live plant. For planning and for tests.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "platform/base/result.h"
#include "services/dispatch/plant_book.h"
#include "services/dispatch/report.h"
#include "stations/machine.h"

namespace cohort::services::planning {

struct PlanOptions {
  std::uint32_t weeks = 1;      ///< of releases, 84 lots each
  std::uint32_t lots_most = 0;  ///< only the first so many of each week; 0: all
  dispatch::Policy policy = dispatch::Policy::kFifo;
  std::uint64_t seed = 0;  ///< 0: releases evenly spread; other: at random within their two hours
  std::vector<stations::StationSpec> stations = stations::mini_fab_stations();
};

/// A station's busy share while lots keep coming: from the first quarter of the releases to the
/// last one; zero for transporters, whose moves no history keeps.
struct SteadyShare {
  std::string station;
  double utilisation = 0;
};

struct PlanResult {
  dispatch::PlantReport report;
  std::vector<dispatch::ShortBatch> short_batches;
  std::vector<SteadyShare> steady;
  std::uint64_t digest = 0;
};

/// Runs a plant until every lot is out.
/// Errors: kInvalidArgument (a kind of station is missing, no weeks), kRefused (a station would not
/// start what the book ordered: a bug), kLimit (too many lots; lots that never get out).
Result<PlanResult> run_plan(const PlanOptions& options);

/// The plant of run_plan(), step by step.
class OfflinePlant {
 public:
  explicit OfflinePlant(const PlanOptions& options);

  /// Gives the book a command now and the stations what follows. Errors: kRefused where a station
  /// would not start an order. A command that the book refuses is in `applied.refused`.
  Result<dispatch::Applied> command(const dispatch::Command& command);

  /// Goes on to the next moment at which anything happens; false: nothing will any more.
  Result<bool> next();

  const dispatch::PlantBook& book() const { return book_; }
  const std::map<std::string, stations::Machine>& machines() const { return machines_; }

 private:
  Result<void> carry_out(const std::vector<dispatch::Order>& orders);
  Result<void> complete(const stations::EquipmentEvent& event);

  dispatch::PlantBook book_;
  std::map<std::string, stations::Machine> machines_;
  std::map<std::string, std::uint64_t> running_;  ///< order of a job, by key
  stations::PlantTime now_ms_ = 0;
};

}  // namespace cohort::services::planning
