/// Where readings are kept, behind an interface: SQLite for real (sensors/adapters), or memory.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "platform/base/result.h"
#include "sensors/reading.h"

namespace cohort::sensors {

/// A sensor's number in one store, from 1; never reused.
struct SensorId {
  std::uint32_t value = 0;
  auto operator<=>(const SensorId&) const = default;
};

/// What the store knows of a sensor without reading its history.
struct SensorState {
  SensorInfo info;
  std::optional<Reading> newest;       ///< by time
  std::int64_t time_error_max_ns = 0;  ///< of all its readings ever: how far a search must widen
  std::uint64_t readings = 0;          ///< kept
  std::uint64_t bad = 0;               ///< ever received with no usable value
  std::uint64_t duplicates = 0;        ///< ever received with the time of a reading that is kept
};

class Store {
 public:
  virtual ~Store() = default;

  /// Finds the sensor or adds it. A known name keeps its number, whatever its unit was before: the
  /// newest description is shown. Errors: kLimit (limits::kSensors), kIo.
  virtual Result<SensorId> declare(const SensorInfo& info) = 0;

  /// Adds a reading. Of two with the same sensor and time the first is kept, the second counted.
  /// Visible to queries after the next flush at the latest. Errors: kLimit: the oldest queued
  /// reading was dropped to make room, and a gap is recorded. Blocks: never.
  virtual Result<void> append(SensorId sensor, const Reading& reading) = 0;
  virtual Result<void> append_gap(SensorId sensor, const Gap& gap) = 0;

  /// Returns when everything appended before is readable and, where there is a disk, on it.
  virtual Result<void> flush() = 0;

  /// Every sensor by its name.
  virtual std::map<std::string, SensorId> sensors() const = 0;
  /// Requires: declared.
  virtual SensorState state(SensorId sensor) const = 0;

  /// Hands over the readings with from <= time <= to in order of time, until the visitor returns
  /// false. Errors: kIo, kCorrupt.
  virtual Result<void> visit(SensorId sensor, WallTime from, WallTime to,
                             const std::function<bool(const Reading&)>& visitor) const = 0;
  /// The gaps that overlap [from, to], oldest first, at most `limit`.
  virtual Result<std::vector<Gap>> gaps(SensorId sensor, WallTime from, WallTime to,
                                        std::size_t limit) const = 0;
};

}  // namespace cohort::sensors
