#include <fmt/format.h>

#include <fstream>
#include <sstream>

#include "platform/sim/app/commands.h"
#include "platform/sim/app/outcome.h"

namespace cohort::sim::app {

namespace {

using nlohmann::json;

/// One line of the registry: the bug, the properties of which one must catch it, the profile.
struct Mutant {
  std::string name;
  std::string properties;  ///< joined by '|'
  std::string profile;
};

std::vector<Mutant> read_registry(const std::string& file) {
  std::vector<Mutant> mutants;
  std::ifstream in(file);
  std::string line;
  while (std::getline(in, line)) {
    if (line.empty() || line.front() == '#') continue;
    std::istringstream words(line);
    Mutant mutant;
    if (words >> mutant.name >> mutant.properties >> mutant.profile) mutants.push_back(mutant);
  }
  return mutants;
}

bool named(const Mutant& mutant, const std::string& property) {
  return ("|" + mutant.properties + "|").find("|" + property + "|") != std::string::npos;
}

struct Verdict {
  bool caught = false;
  std::uint64_t seed = 0;
  std::uint64_t tried = 0;
  std::string found;  ///< every property that the seed violated
};

/// The first seed that fails decides: one of the named properties must be among what it violates.
Verdict judge(const Mutant& mutant, const MutantsCommand& command) {
  Batch batch;
  batch.first = 1;
  batch.last = command.seeds;
  batch.jobs = command.jobs;
  batch.profile = mutant.profile;
  batch.mutant = mutant.name;
  batch.twice = 0;
  Verdict verdict;
  run_batch(batch, [&](const json& outcome) {
    ++verdict.tried;
    if (outcome.at("violations").empty()) return true;
    verdict.seed = outcome.at("seed");
    for (const json& violation : outcome.at("violations")) {
      const std::string property = violation.at("property");
      verdict.caught = verdict.caught || named(mutant, property);
      if (verdict.found.find(property) == std::string::npos) verdict.found += property + " ";
    }
    return false;
  });
  return verdict;
}

}  // namespace

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
    const Verdict verdict = judge(mutant, command);
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
