#include <fmt/format.h>

#include "platform/sim/app/commands.h"
#include "platform/sim/app/mutant_trial.h"

namespace cohort::sim::app {

int mutants(const MutantsCommand& command) {
  const std::vector<Mutant> all = read_registry(command.registry);
  if (all.empty()) {
    fmt::print(stderr, "{}: no mutant in it, or it cannot be read\n", command.registry);
    return 2;
  }
  int survived = 0;
  fmt::print("{:<24} {:<14} {:>5} {:>6}  {}\n", "mutant", "must be caught", "tried", "seed",
             "violated");
  for (const Mutant& mutant : all) {
    if (!command.only.empty() && mutant.name != command.only) continue;
    const MutantVerdict verdict =
        try_mutant(mutant, command.seeds, command.jobs, !command.all_seeds);
    survived += verdict.caught ? 0 : 1;
    fmt::print("{:<24} {:<14} {:>5} {:>6}  {}{}\n", mutant.name, mutant.properties, verdict.tried,
               verdict.seed, verdict.found, verdict.caught ? "" : " NOT CAUGHT as named");
    std::fflush(stdout);
  }
  fmt::print("{}\n", survived == 0 ? "every mutant was caught by a property that names it"
                                   : fmt::format("{} mutants were not caught", survived));
  return survived == 0 ? 0 : 1;
}

}  // namespace cohort::sim::app
