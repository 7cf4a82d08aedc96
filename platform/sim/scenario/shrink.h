/// Makes a scenario that violates a property as small as it can, so that a person can read why:
/// delta debugging (ddmin) over its steps, then whole processes, groups and sites, then its end,
/// then simpler values. After each change the same property must still be violated.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "platform/sim/scenario/scenario.h"

namespace cohort::sim {

struct ShrinkReport {
  Scenario smallest;
  std::uint64_t tries = 0;
  std::size_t steps_before = 0;
};

class Shrinker {
 public:
  /// `violates`: plays a scenario and says whether the property is violated still.
  Shrinker(std::function<bool(const Scenario&)> violates, std::uint64_t most_tries)
      : violates_(std::move(violates)), most_tries_(most_tries) {}

  /// Called after each success with the number of steps left.
  std::function<void(const char* what, std::size_t steps, std::uint64_t tries)> on_progress;

  /// Requires: the scenario violates the property. Ensures: so does the result.
  ShrinkReport shrink(const Scenario& scenario);

 private:
  using Chosen = std::function<bool(const Step&)>;

  bool attempt(Scenario candidate, const char* what);
  /// ddmin over the steps that are chosen.
  bool reduce(const Chosen& chosen, const char* what);
  bool drop_chunk(const std::vector<std::size_t>& steps, std::size_t from, std::size_t count,
                  const char* what);
  bool drop_processes();
  bool drop_groups();
  bool drop_last_site();
  bool end_earlier();
  bool simplify_plant();
  bool simplify_steps();

  std::function<bool(const Scenario&)> violates_;
  std::uint64_t most_tries_;
  std::uint64_t tries_ = 0;
  Scenario best_;
};

}  // namespace cohort::sim
