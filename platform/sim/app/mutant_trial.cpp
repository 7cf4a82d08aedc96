#include "platform/sim/app/mutant_trial.h"

#include <fstream>
#include <sstream>

#include "platform/sim/app/batch.h"
#include "platform/sim/app/outcome.h"

namespace cohort::sim::app {

using nlohmann::json;

std::vector<Mutant> read_registry(const std::string& file) {
  std::vector<Mutant> mutants;
  std::ifstream in(file);
  std::string line;
  while (std::getline(in, line)) {
    if (line.empty() || line.front() == '#') continue;
    std::istringstream words(line);
    Mutant mutant;
    if (!(words >> mutant.name >> mutant.properties >> mutant.profile)) continue;
    words >> mutant.hint;
    mutants.push_back(mutant);
  }
  return mutants;
}

std::string Mutant::properties_text() const {
  std::string text = properties;
  for (char& c : text) c = c == '|' ? '/' : c;
  return text;
}

namespace {

bool named(const Mutant& mutant, const std::string& property) {
  return ("|" + mutant.properties + "|").find("|" + property + "|") != std::string::npos;
}

MutantVerdict try_range(const Mutant& mutant, std::uint64_t first, std::uint64_t last,
                        std::uint32_t jobs) {
  Batch batch;
  batch.first = first;
  batch.last = last;
  batch.jobs = jobs;
  batch.profile = mutant.profile;
  batch.mutant = mutant.name;
  batch.twice = mutant.properties == "H2" ? 1 : 0;
  MutantVerdict verdict;
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

MutantVerdict try_mutant(const Mutant& mutant, std::uint64_t seeds, std::uint32_t jobs,
                         bool from_hint) {
  if (from_hint && mutant.hint > 0) {
    const MutantVerdict verdict = try_range(mutant, mutant.hint, mutant.hint, 1);
    if (verdict.caught) return verdict;
  }
  return try_range(mutant, 1, seeds, jobs);
}

}  // namespace cohort::sim::app
