/// What the book says at the end of a week, or at any time. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "services/dispatch/book.h"

namespace cohort::services::dispatch {

struct StationReport {
  std::string station;
  stations::StationKind kind = stations::StationKind::kDiffusion;
  std::uint64_t jobs = 0;
  PlantTime busy_ms = 0;
  double utilisation = 0;  ///< busy share of PlantReport's window, 0 to 1
};

struct PlantReport {
  PlantTime now_ms = 0;
  PlantTime from_ms = 0;  ///< the window: from the first release ...
  PlantTime to_ms = 0;    ///< ... to now, or to the last completion where the plant is empty
  std::uint64_t planned = 0;
  std::uint64_t released = 0;
  std::uint64_t finished = 0;
  std::uint64_t cancelled = 0;
  std::uint64_t held = 0;
  std::uint64_t in_progress = 0;  ///< released and not over; held ones included
  std::uint64_t short_batches = 0;
  std::uint64_t duplicates_refused = 0;
  std::uint64_t results_repeated = 0;
  std::uint64_t orders_done = 0;
  std::uint64_t orders_failed = 0;
  PlantTime mean_cycle_ms = 0;  ///< of finished lots, release to Out
  PlantTime longest_cycle_ms = 0;
  std::vector<StationReport> stations;
};
PlantReport report_of(const Book& book);

/// Busy time of a machine's finished jobs inside [from_ms, to_ms), from the lots' histories: for a
/// utilisation while lots keep coming, without the start and the end of a run.
PlantTime busy_between(const Book& book, std::string_view station, PlantTime from_ms,
                       PlantTime to_ms);

/// Lots that can run now at a station, plus, at a transporter, those that wait for a move.
std::size_t waiting_for(const Book& book, const BookStation& station);

/// In words, why the lot is where it is and what it waits for; for people, on one line.
/// Requires: the lot is in the book.
std::string why(const Book& book, const Lot& lot);

/// "2 d 03:25" from the plant's start.
std::string plant_time_text(PlantTime at_ms);

}  // namespace cohort::services::dispatch
