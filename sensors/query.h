/// The questions that the sensor store answers, and the arithmetic behind them; all pure.
/// Membership under clock uncertainty: docs/formats/sensor-store.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/base/result.h"
#include "sensors/reading.h"
#include "sensors/store.h"

namespace cohort::sensors {

/// Whether a reading's moment lies in [from, to], given that it is known to an error only.
enum class Membership : std::uint8_t {
  kExcluded = 0,
  kPossible = 1,  ///< its interval overlaps the asked one
  kCertain = 2,   ///< its interval lies within the asked one
};

/// Ensures: at error 0 it is never kPossible. Requires: from <= to.
Membership membership(const Reading& reading, WallTime from, WallTime to);

/// One column of a plot: every reading of a stretch of time, reduced without losing an extreme.
struct WindowPoint {
  WallTime first_time;
  WallTime last_time;
  std::int64_t plant_ms = 0;  ///< of the last reading
  std::uint64_t count = 0;    ///< readings, also bad ones
  std::uint64_t bad = 0;      ///< of these with no usable value
  double first = 0;           ///< of the usable ones, in order of time; 0 where all are bad
  double last = 0;
  double minimum = 0;
  double maximum = 0;
  Quality worst = Quality::kGood;
  bool gap_before = false;  ///< readings may be missing since the point before: draw no line
  bool operator==(const WindowPoint&) const = default;
};

struct WindowQuestion {
  std::string sensor;
  std::optional<WallTime> to;                ///< absent: the newest reading's time
  std::int64_t span_ns = 3'600'000'000'000;  ///< the window is [to - span, to]; > 0
  std::size_t points = 500;                  ///< 1 .. limits::kWindowPoints
};

struct WindowAnswer {
  SensorInfo sensor;
  WallTime from;
  WallTime to;
  std::vector<WindowPoint> points;  ///< only stretches that hold readings, in order of time
  std::vector<Gap> gaps;            ///< that overlap the window, oldest first; at most
                                    ///< limits::kGapsPerWindow
};

struct IntervalQuestion {
  std::vector<std::string> sensors;  ///< 1 .. limits::kSensorsPerInterval
  WallTime from;
  WallTime to;
  std::size_t limit = 200;  ///< samples wanted at most, 1 .. limits::kIntervalSamples
};

struct IntervalSample {
  std::uint32_t sensor = 0;  ///< index into the question's sensors
  Membership membership = Membership::kExcluded;
  Reading reading;
};

struct IntervalAnswer {
  std::vector<IntervalSample> samples;  ///< by time, then by sensor
  std::uint64_t certain = 0;            ///< how many there are, also beyond `limit`
  std::uint64_t possible = 0;
  /// Per sensor that may lack readings in the interval, why; empty: the answer is complete.
  std::vector<std::string> incomplete;
};

/// Errors: kInvalidArgument (unknown sensor, empty span, limits), kLimit (too many readings to
/// visit), and those of the store. Blocks: for the store's disk.
Result<WindowAnswer> ask_window(const Store& store, const WindowQuestion& question);
Result<IntervalAnswer> ask_interval(const Store& store, const IntervalQuestion& question);

}  // namespace cohort::sensors
