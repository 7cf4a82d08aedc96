/// A machine's memory as lines of a file: what it started, what it refused and which clock it ran
/// by, in order, so that a restarted station forgets nothing (docs/formats/equipment.md).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "platform/base/result.h"
#include "stations/machine.h"
#include "stations/plant_clock.h"

namespace cohort::stations::memory_log {

/// One line each, without the line end.
std::string started_line(const JobRecord& record);
std::string refused_line(std::string_view key);
std::string clock_line(const PlantClock& clock);

/// Gives a file's text back to a machine that started nothing yet. A last line without a line end
/// was never answered for and is skipped: `kept` is the length of what counts.
/// Errors: kCorrupt; the text names the line.
struct Restored {
  std::size_t kept = 0;
  std::size_t jobs = 0;
  std::optional<PlantClock> clock;  ///< the last one that the station ran by
};
Result<Restored> restore(std::string_view text, Machine& machine);

}  // namespace cohort::stations::memory_log
