#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "platform/sim/app/commands.h"
#include "platform/sim/app/mutant_trial.h"
#include "platform/sim/app/outcome.h"
#include "platform/sim/app/requirements.h"
#include "platform/sim/phases.h"

namespace cohort::sim::app {

namespace {

using nlohmann::json;

/// Every profile takes its part of the seeds: none of them reaches everything.
constexpr const char* kProfiles[] = {"swarm", "swarm",  "tools", "storm",
                                     "total", "quorum", "views"};

bool is_fault_cell(const std::string& probe) {
  return probe.starts_with("fault.");
}

struct Seen {
  Totals totals;
  std::map<std::string, std::uint64_t> failed;  ///< by profile
};

Seen run_all(const CoverageCommand& command) {
  Seen seen;
  const std::uint64_t share = std::max<std::uint64_t>(1, command.seeds / std::size(kProfiles));
  std::uint64_t first = command.first;
  for (const char* profile : kProfiles) {
    Batch batch;
    batch.profile = profile;
    batch.first = first;
    batch.last = first + share - 1;
    batch.jobs = command.jobs;
    batch.twice = 0;
    first += share;
    run_batch(batch, [&](const json& outcome) {
      seen.totals.add(outcome);
      if (!outcome.at("violations").empty()) {
        ++seen.failed[profile];
        fmt::print("{}: {}", profile, failure_text(outcome));
      }
      return true;
    });
    fmt::print("{}: {} seeds up to {}\n", profile, share, batch.last);
    std::fflush(stdout);
  }
  return seen;
}

std::string probe_table(const Totals& totals, const Requirements& required) {
  std::string text = "| probe | hits | |\n|---|---:|---|\n";
  std::set<std::string> names;
  for (const auto& [name, hits] : totals.probes()) {
    if (!is_fault_cell(name)) names.insert(name);
  }
  for (const auto& [name, line] : required) names.insert(name);
  for (const std::string& name : names) {
    const auto found = totals.probes().find(name);
    const auto line = required.find(name);
    text +=
        fmt::format("| {} | {} | {} |\n", name, found == totals.probes().end() ? 0 : found->second,
                    line == required.end() ? "" : line->second.exempted);
  }
  return text;
}

std::string fault_table(const Totals& totals, std::size_t& empty) {
  std::set<std::string> kinds;
  for (const auto& [name, hits] : totals.probes()) {
    if (is_fault_cell(name)) kinds.insert(name.substr(6, name.rfind('.') - 6));
  }
  std::string text = "| fault |";
  std::string rule = "\n|---|";
  for (const std::string& phase : Phases::names()) {
    text += " " + phase + " |";
    rule += "---:|";
  }
  text += rule + "\n";
  for (const std::string& kind : kinds) {
    text += "| " + kind + " |";
    for (const std::string& phase : Phases::names()) {
      const auto found = totals.probes().find("fault." + kind + "." + phase);
      const std::uint64_t hits = found == totals.probes().end() ? 0 : found->second;
      empty += hits == 0 ? 1 : 0;
      text += hits == 0 ? " **0** |" : fmt::format(" {} |", hits);
    }
    text += "\n";
  }
  return text;
}

std::string mutant_table(const CoverageCommand& command, std::size_t& survived) {
  std::string text =
      "| bug | must violate | profile | seeds tried | killed by seed | violated |\n"
      "|---|---|---|---:|---:|---|\n";
  for (const Mutant& mutant : read_registry(command.registry)) {
    const MutantVerdict verdict = try_mutant(mutant, command.mutant_seeds, command.jobs, false);
    survived += verdict.caught ? 0 : 1;
    text += fmt::format("| {} | {} | {} | {} | {} | {}{} |\n", mutant.name,
                        mutant.properties_text(), mutant.profile, verdict.tried, verdict.seed,
                        verdict.found, verdict.caught ? "" : "**not as named**");
    fmt::print("mutant {}: {}\n", mutant.name, verdict.caught ? "caught" : "NOT CAUGHT as named");
    std::fflush(stdout);
  }
  return text;
}

}  // namespace

int coverage(const CoverageCommand& command) {
  const auto required = read_requirements(command.require);
  if (!required) {
    fmt::print(stderr, "{}\n", required.error().text);
    return 2;
  }
  const Seen seen = run_all(command);
  std::size_t empty = 0;
  std::size_t survived = 0;
  const std::string faults = fault_table(seen.totals, empty);
  const std::string mutants = command.mutant_seeds == 0 ? "" : mutant_table(command, survived);
  const auto plain = static_cast<std::size_t>(
      std::count_if(seen.totals.probes().begin(), seen.totals.probes().end(),
                    [](const auto& probe) { return !is_fault_cell(probe.first); }));
  const int missed = check_requirements(*required, seen.totals);
  std::ofstream out(command.out);
  out << "# What the simulator reaches\n\n"
      << fmt::format(
             "Written by `cohort-sim coverage` at {}: {} seeds of the profiles swarm, tools, "
             "storm, total, quorum and views.\n\n",
             command.commit, seen.totals.seeds())
      << "```\n"
      << seen.totals.summary(0) << "```\n\n"
      << fmt::format(
             "## Faults in the middle of what\n\nA fault at a site counts for the phase that "
             "the site is in; {} cells are empty.\n\n",
             empty)
      << faults
      << fmt::format(
             "\n## Probes\n\n{} were reached. A reason stands beside those that need not be "
             "(tests/sim/probes.req). `cell.STAGE.FRAME`: a frame that came in that stage of "
             "a view change.\n\n",
             plain)
      << probe_table(seen.totals, *required);
  if (!mutants.empty()) {
    out << "\n## Bugs on purpose\n\nEach is switched on until the first seed that fails; one of "
           "the "
           "named properties must be among what that seed violates.\n\n"
        << mutants;
  }
  fmt::print("{} probes, {} cells of faults are empty, {} requirements missed, {} bugs survived\n",
             plain, empty, missed, survived);
  return seen.totals.failures().empty() && empty == 0 && missed == 0 && survived == 0 ? 0 : 1;
}

}  // namespace cohort::sim::app
