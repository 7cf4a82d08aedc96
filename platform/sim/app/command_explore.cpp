#include <fmt/format.h>

#include <chrono>

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
  ExploreLimits limits;
  limits.states = command.states;
  const auto start = std::chrono::steady_clock::now();
  const auto seconds = [start] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  const Exploration result = cohort::sim::explore(scope, limits, [&](const Exploration& so_far) {
    if (!command.quiet && so_far.states % (1024 * 64) == 0 && so_far.states > 0) {
      fmt::print("{} states, {} ends, depth {}, {:.0f} s\n", so_far.states, so_far.ends,
                 so_far.deepest, seconds());
      std::fflush(stdout);
    }
    return command.seconds == 0 || seconds() < static_cast<double>(command.seconds);
  });
  fmt::print(
      "{} sites, {} multicasts{}{}{}: {} states ({}), {} ends judged, {} crashes between two "
      "effects, {} steps, at most {} choices deep, {:.1f} s\n",
      scope.sites, scope.multicasts, scope.join ? ", one join" : "",
      scope.crash ? ", one crash at every effect" : "", scope.cut ? ", one link cut" : "",
      result.states, result.complete ? "all of them" : "the limit was reached", result.ends,
      result.crashes, result.steps, result.deepest, seconds());
  for (const auto& violation : result.violations) {
    fmt::print("{}", checkers::to_text(violation));
  }
  for (const std::string& choice : result.path) fmt::print("  {}\n", choice);
  if (!result.violations.empty()) return 1;
  return command.must_complete && !result.complete ? 1 : 0;
}

}  // namespace cohort::sim::app
