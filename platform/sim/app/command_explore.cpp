#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string>

#include "platform/base/instrument.h"
#include "platform/sim/app/commands.h"
#include "platform/sim/explore/explorer.h"

namespace cohort::sim::app {

int explore(const ExploreCommand& command) {
  Scope scope;
  scope.sites = command.sites;
  scope.multicasts = command.multicasts;
  scope.crash = !command.no_crash;
  scope.cut = command.cut;
  scope.join = command.join;
  const auto* const named = std::ranges::find(kColdStartNames, command.cold);
  scope.cold = static_cast<ColdStart>(named - kColdStartNames.begin());
  if (scope.cold != ColdStart::kNone && (scope.sites != 3 || scope.multicasts > 0 || scope.join)) {
    fmt::print(stderr, "--cold goes with three sites, --multicasts 0, and no --join\n");
    return 2;
  }
  ExploreLimits limits;
  limits.states = command.states;
  limits.jobs = command.jobs;
  limits.compare_every = command.compare_every;
  instrument::active_mutant() = command.mutant;
  const auto start = std::chrono::steady_clock::now();
  const auto seconds = [start] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  double said = 0;
  const Exploration result = cohort::sim::explore(scope, limits, [&](const Exploration& so_far) {
    if (!command.quiet && seconds() - said > 10) {
      said = seconds();
      fmt::print("{} states, {} ends, depth {}, {:.0f} s\n", so_far.states, so_far.ends,
                 so_far.deepest, said);
      std::fflush(stdout);
    }
    return command.seconds == 0 || seconds() < static_cast<double>(command.seconds);
  });
  fmt::print(
      "{} sites, {} multicasts{}{}{}: {} states ({}), {} ends judged, {} crashes between two "
      "effects, {} steps, at most {} choices deep, {:.1f} s\n",
      scope.sites, scope.multicasts,
      std::string(scope.join ? ", one join" : "") +
          (scope.cold == ColdStart::kNone ? "" : ", from a cold start (" + command.cold + ")"),
      scope.crash ? ", one crash at every effect" : "", scope.cut ? ", one link cut" : "",
      result.states, result.complete ? "all of them" : "not all: it was stopped", result.ends,
      result.crashes, result.steps, result.deepest, seconds());
  if (result.compared > 0) fmt::print("{} states compared with their likes\n", result.compared);
  if (!result.violation.empty()) fmt::print("{}\n", result.violation);
  for (const std::string& choice : result.path) fmt::print("  {}\n", choice);
  if (!result.violation.empty()) return 1;
  return command.must_complete && !result.complete ? 1 : 0;
}

}  // namespace cohort::sim::app
