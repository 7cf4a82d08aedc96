/// Tries every order of everything that may happen in a small plant (small_plant.h): depth first,
/// with a set of the states that have been seen; every end is judged by every checker.
///
/// The plant lies in memory of its own, of which a copy is kept at each state (arena.h): nothing
/// has to be done again from the start.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "platform/sim/explore/small_plant.h"

namespace cohort::sim {

struct Exploration {
  std::uint64_t states = 0;
  std::uint64_t steps = 0;
  std::uint64_t ends = 0;  ///< plants that came to rest
  std::uint64_t crashes = 0;
  std::uint64_t deepest = 0;   ///< choices in a row
  std::uint64_t compared = 0;  ///< states of a known fingerprint whose next steps were compared
  bool complete = false;       ///< every state of the scope was seen
  /// What was violated first, with its witness; empty: nothing.
  std::string violation;
  std::vector<std::string> path;  ///< the choices that led to it
};

struct ExploreLimits {
  std::uint64_t states = 10'000'000;
  std::uint32_t jobs = 1;  ///< processes that search at a time, 1 to 8
  /// Every so often where a fingerprint is met again: do both go on in the same way? 0: never.
  std::uint64_t compare_every = 0;
};

/// Stops at the first violation, at the limit, or when `go_on` says no (called now and then).
/// Blocks: until then; it forks.
Exploration explore(const Scope& scope, const ExploreLimits& limits,
                    const std::function<bool(const Exploration&)>& go_on);

}  // namespace cohort::sim
