/// One reading of one sensor, with the error of its time and of its value.
///
/// A moment is never a point: the reading was taken somewhere in [time - time_error,
/// time + time_error], and its value lies in [value - value_error, value + value_error].
#pragma once

#include <cmath>
#include <cstdint>
#include <string>

#include "platform/base/time.h"

namespace cohort::sensors {

/// How far a value can be trusted; the larger, the worse. The numbers are stored: append only.
enum class Quality : std::uint8_t {
  kGood = 0,
  kUncertain = 1,  ///< the sensor itself says that it may be off
  kBad = 2,        ///< no usable value: not a number, infinite, or marked so by the sensor
};

/// What is measured; the same for the whole life of the sensor.
struct SensorInfo {
  std::string name;      ///< unique in the plant, for example "Ma.temperature"
  std::string station;   ///< the equipment that it belongs to
  std::string quantity;  ///< "temperature", "pressure", "flow"
  std::string unit;      ///< "°C", "mbar", "l/min"
  bool operator==(const SensorInfo&) const = default;
};

struct Reading {
  WallTime time;                   ///< of the acquisition, UTC
  std::int64_t time_error_ns = 0;  ///< >= 0
  std::int64_t plant_ms = 0;       ///< the same moment on the plant's clock, ms since its start
  double value = 0;                ///< in the sensor's unit; meaningless where the quality is kBad
  double value_error = 0;          ///< >= 0, in the same unit
  Quality quality = Quality::kGood;
  bool operator==(const Reading&) const = default;

  std::int64_t earliest_ns() const { return time.ns - time_error_ns; }
  std::int64_t latest_ns() const { return time.ns + time_error_ns; }
  bool usable() const { return quality != Quality::kBad; }
};

/// A stretch of time in which readings of a sensor may exist that were never received.
struct Gap {
  WallTime from;       ///< the last reading before it
  WallTime to;         ///< the first reading after it
  std::string reason;  ///< for people
  bool operator==(const Gap&) const = default;
};

}  // namespace cohort::sensors
