/// Decisions that hang on what is decided, not on how often was drawn before: leaving out one event
/// of a run does not reshuffle the others.
#pragma once

#include <cmath>
#include <cstdint>
#include <initializer_list>

#include "platform/base/rng.h"
#include "platform/base/time.h"

namespace cohort::sim {

inline std::uint64_t decide(std::uint64_t seed, std::initializer_list<std::uint64_t> about) {
  std::uint64_t value = mix64(seed);
  for (const std::uint64_t part : about) value = mix64(value ^ part);
  return value;
}

/// Uniform in [0, 1).
inline double unit(std::uint64_t decision) {
  return static_cast<double>(decision >> 11) * 0x1.0p-53;
}

/// Uniform in [low, high).
inline Duration between(std::uint64_t decision, Duration low, Duration high) {
  const auto width = static_cast<double>((high - low).count());
  return low + Duration(static_cast<std::int64_t>(unit(decision) * width));
}

/// Exponential with this mean.
inline Duration exponential(std::uint64_t decision, Duration mean) {
  const double factor = -std::log(1.0 - unit(decision));
  return Duration(static_cast<std::int64_t>(static_cast<double>(mean.count()) * factor));
}

}  // namespace cohort::sim
