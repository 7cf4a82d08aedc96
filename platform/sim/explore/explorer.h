/// Tries every order of everything that may happen in a small plant (small_plant.h): depth first,
/// with a set of the states that have been seen; every end is judged by every checker.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "platform/sim/checkers/checker.h"
#include "platform/sim/explore/small_plant.h"

namespace cohort::sim {

struct Exploration {
  std::uint64_t states = 0;
  std::uint64_t steps = 0;  ///< all replays counted
  std::uint64_t ends = 0;   ///< plants that came to rest
  std::uint64_t crashes = 0;
  std::uint64_t deepest = 0;
  bool complete = false;  ///< every state of the scope was seen
  std::vector<checkers::Violation> violations;
  std::vector<std::string> path;  ///< the choices that led to them
};

struct ExploreLimits {
  std::uint64_t states = 10'000'000;
  Duration end_bound = seconds(15);  ///< of the plant's time: by then it has come to rest
};

/// Stops at the first violation, at the limit, or when `go_on` says no (called now and then).
Exploration explore(const Scope& scope, const ExploreLimits& limits,
                    const std::function<bool(const Exploration&)>& go_on);

}  // namespace cohort::sim
