#include <fmt/format.h>

#include <fstream>
#include <set>
#include <string>
#include <vector>

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
                                     "total", "quorum", "views", "flow"};

/// Counts that have a table of their own.
bool in_other_table(const std::string& probe) {
  return probe.starts_with("fault.") || probe.starts_with("cell.") ||
         probe.starts_with("crash-at.");
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
    if (!in_other_table(name)) names.insert(name);
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

/// A table of the counts "PREFIX.ROW.COLUMN".
struct Table {
  std::string prefix;
  std::string rows;  ///< what they are
  std::vector<std::string> columns;
  bool columns_first = false;  ///< the names are "PREFIX.COLUMN.ROW"
  std::size_t empty = 0;       ///< cells of no hit, of the last text()

  std::string text(const Totals& totals);
};

std::string Table::text(const Totals& totals) {
  std::set<std::string> kinds;
  for (const auto& [name, hits] : totals.probes()) {
    if (!name.starts_with(prefix + ".")) continue;
    const std::size_t begin = prefix.size() + 1;
    const std::size_t dot = name.rfind('.');
    kinds.insert(columns_first ? name.substr(dot + 1) : name.substr(begin, dot - begin));
  }
  std::string text = "| " + rows + " |";
  std::string rule = "\n|---|";
  for (const std::string& column : columns) {
    text += " " + column + " |";
    rule += "---:|";
  }
  text += rule + "\n";
  empty = 0;
  for (const std::string& kind : kinds) {
    text += "| " + kind + " |";
    for (const std::string& column : columns) {
      const std::string cell = columns_first ? column + "." + kind : kind + "." + column;
      const auto found = totals.probes().find(prefix + "." + cell);
      const bool none = found == totals.probes().end();
      empty += none ? 1 : 0;
      text += none ? " - |" : fmt::format(" {} |", found->second);
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
    // Some need a seed that is rarer than one in so many.
    const bool rare = mutant.hint > command.mutant_seeds;
    const MutantVerdict verdict = try_mutant(mutant, command.mutant_seeds, command.jobs, rare);
    survived += verdict.caught ? 0 : 1;
    text += fmt::format("| {} | {} | {} | {} | {} | {}{} |\n", mutant.name,
                        mutant.properties_text(), mutant.profile, verdict.tried, verdict.seed,
                        verdict.found, verdict.caught ? "" : "**not as named**");
    fmt::print("mutant {}: {}\n", mutant.name, verdict.caught ? "caught" : "NOT CAUGHT as named");
    std::fflush(stdout);
  }
  return text;
}

std::string page(const CoverageCommand& command, const Totals& totals, const Requirements& required,
                 Table& faults, const std::string& mutants) {
  Table cells{"cell",
              "frame",
              {"joining", "forming", "member", "promised", "wedging", "fetching", "proposing",
               "leases", "committed"},
              true,
              0};
  std::string text = fmt::format(
      "# What the simulator reaches\n\nWritten by `cohort-sim coverage` at {}: {} seeds of the "
      "profiles swarm, tools, storm, total, quorum, views and flow.\n\n```\n{}```\n\n",
      command.commit, totals.seeds(), totals.summary(0));
  text +=
      "## Faults in the middle of what\n\nA fault at a site counts for every phase that the "
      "site is in.\n\n" +
      faults.text(totals);
  text += fmt::format("\n{} cells are empty.\n\n", faults.empty);
  text +=
      "## Frames in every stage of a view change\n\nA dash: none came, most of them because "
      "none can.\n\n" +
      cells.text(totals);
  text +=
      "\n## Probes\n\nA reason stands beside those that need not be reached "
      "(tests/sim/probes.req); every other one has to be at least " +
      std::to_string(kCampaignHits) + " times.\n\n" + probe_table(totals, required);
  if (!mutants.empty()) {
    text +=
        "\n## Bugs on purpose\n\nEach is switched on until the first seed that fails; one of "
        "the named properties must be among what that seed violates.\n\n" +
        mutants;
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
  std::size_t survived = 0;
  const std::string mutants = command.mutant_seeds == 0 ? "" : mutant_table(command, survived);
  Table faults{"fault", "fault", Phases::names(), false, 0};
  const int missed = check_requirements(*required, seen.totals, true);
  std::ofstream out(command.out);
  out << page(command, seen.totals, *required, faults, mutants);
  out.flush();
  if (!out) {
    fmt::print(stderr, "{}: cannot be written\n", command.out);
    return 2;
  }
  fmt::print(
      "{} seeds failed, {} cells of faults are empty, {} requirements missed, {} bugs "
      "survived\n",
      seen.totals.failures().size(), faults.empty, missed, survived);
  return seen.totals.failures().empty() && faults.empty == 0 && missed == 0 && survived == 0 ? 0
                                                                                             : 1;
}

}  // namespace cohort::sim::app
