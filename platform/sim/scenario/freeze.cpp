#include "platform/sim/scenario/freeze.h"

#include <fmt/format.h>

namespace cohort::sim {

Scenario freeze(const Options& options, const std::vector<JournalEntry>& journal,
                const std::string& mutant, const std::string& property) {
  Scenario scenario;
  scenario.file = fmt::format("seed {}", options.seed);
  scenario.options = options;
  scenario.options.faults = {};
  scenario.mutant = mutant;
  if (!mutant.empty()) scenario.violates = property;
  scenario.sites_start = false;
  scenario.lenient = true;
  for (const JournalEntry& entry : journal) {
    Step step;
    step.kind = Step::Kind::kAt;
    step.time = entry.at;
    step.action = entry.action;
    scenario.steps.push_back(std::move(step));
  }
  Step end;
  end.kind = Step::Kind::kRunTo;
  end.time = options.fault_phase;
  scenario.steps.push_back(std::move(end));
  for (std::size_t i = 0; i < scenario.steps.size(); ++i) scenario.steps[i].line = i + 1;
  return scenario;
}

}  // namespace cohort::sim
