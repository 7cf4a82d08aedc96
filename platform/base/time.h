/// Time as the platform counts it: a monotonic clock that is handed in, never read by the core.
#pragma once

#include <chrono>
#include <cstdint>

namespace cohort {

/// Nanoseconds.
using Duration = std::chrono::nanoseconds;

/// Tag of the monotonic time line; has no now(): whoever drives the core tells the time.
struct MonotonicClock {
  using rep = std::int64_t;
  using period = std::nano;
  using duration = Duration;
  using time_point = std::chrono::time_point<MonotonicClock, Duration>;
  static constexpr bool is_steady = true;
};

/// A moment on one site's monotonic clock; moments of two sites cannot be compared.
using MonotonicTime = MonotonicClock::time_point;

/// A moment in UTC, nanoseconds since 1970-01-01T00:00:00Z; for people and for sensor readings.
struct WallTime {
  std::int64_t ns = 0;
  auto operator<=>(const WallTime&) const = default;
};

inline constexpr MonotonicTime kNever = MonotonicTime::max();

inline constexpr Duration millis(std::int64_t count) {
  return std::chrono::milliseconds(count);
}
inline constexpr Duration seconds(std::int64_t count) {
  return std::chrono::seconds(count);
}
inline constexpr std::int64_t to_millis(Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

}  // namespace cohort
