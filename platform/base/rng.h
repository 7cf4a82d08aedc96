/// A seeded source of randomness that is handed in (SplitMix64): same seed, same numbers, on every
/// machine and compiler. Not for secrets.
#pragma once

#include <cstdint>
#include <string_view>

#include "platform/base/assert.h"

namespace cohort {

/// One round of SplitMix64's mixing: a good hash of one 64-bit value.
inline constexpr std::uint64_t mix64(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

class Rng {
 public:
  explicit Rng(std::uint64_t seed) : state_(seed) {}

  /// A stream of its own, named so that drawing from one never moves another.
  Rng fork(std::string_view name) const {
    std::uint64_t h = mix64(state_);
    for (char c : name) h = mix64(h ^ static_cast<unsigned char>(c));
    return Rng(h);
  }

  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15ULL;
    return mix64(state_);
  }

  /// Uniform in [0, bound). Requires: bound > 0.
  std::uint64_t below(std::uint64_t bound) {
    COHORT_ASSERT(bound > 0, "a range has at least one value");
    return next() % bound;
  }

  /// Uniform in [0, 1).
  double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

  bool chance(double probability) { return unit() < probability; }

 private:
  std::uint64_t state_;
};

}  // namespace cohort
