#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "platform/sim/app/apart.h"
#include "platform/sim/app/commands.h"
#include "platform/sim/app/outcome.h"
#include "platform/sim/scenario/freeze.h"
#include "platform/sim/scenario/player.h"
#include "platform/sim/scenario/shrink.h"

namespace cohort::sim::app {

namespace {

using nlohmann::json;

constexpr unsigned kReplaySeconds = 60;

/// A1 where the process died; else every property that the history violates.
std::vector<std::string> violated_by(const Scenario& scenario) {
  const auto outcome = run_apart(
      [&scenario] {
        json properties = json::array();
        for (const auto& violation : play(scenario).run.violations) {
          properties.push_back(violation.property);
        }
        return properties;
      },
      kReplaySeconds);
  if (!outcome) return {"A1"};
  return outcome->get<std::vector<std::string>>();
}

bool holds(const std::vector<std::string>& properties, const std::string& property) {
  return std::find(properties.begin(), properties.end(), property) != properties.end();
}

/// The lines of a journal that was told while the run went on.
std::vector<JournalEntry> read_journal(const std::string& file, std::uint32_t sites) {
  std::ifstream in(file);
  std::ostringstream text;
  text << "sites " << sites << "\n" << in.rdbuf();
  std::vector<JournalEntry> journal;
  const auto parsed = parse_scenario(file, text.str());
  if (!parsed) return journal;
  for (const Step& step : parsed->steps) journal.push_back({step.time, step.action});
  return journal;
}

/// The seed's run, written down. Where an assertion ends it: all that was done before.
Scenario frozen(const ShrinkCommand& command, std::string& property) {
  const Options options = options_of(command.seed, command.profile);
  const std::string file =
      (std::filesystem::temp_directory_path() / fmt::format("cohort-journal-{}", getpid()))
          .string();
  const auto outcome = run_apart([&] {
    std::ofstream told(file);
    RunSettings settings;
    settings.seed = command.seed;
    settings.profile = command.profile;
    settings.mutant = command.mutant;
    settings.keep_journal = true;
    settings.journal_sink = [&told](const JournalEntry& entry) {
      told << "at " << to_text(entry.at) << ": " << to_text(entry.action) << std::endl;
    };
    json properties = json::array();
    for (const auto& violation : run_seed(settings).violations) {
      properties.push_back(violation.property);
    }
    return properties;
  });
  const std::vector<JournalEntry> journal = read_journal(file, options.sites);
  std::filesystem::remove(file);
  const std::string found = !outcome           ? "A1"
                            : outcome->empty() ? ""
                                               : outcome->front().get<std::string>();
  if (property.empty()) property = found;
  return freeze(options, journal, command.mutant, property);
}

Scenario read_scenario(const ShrinkCommand& command) {
  std::ifstream in(command.file);
  std::ostringstream text;
  text << in.rdbuf();
  const auto parsed = parse_scenario(command.file, text.str());
  if (!parsed) fmt::print(stderr, "{}\n", parsed.error().text);
  return parsed ? *parsed : Scenario{};
}

void describe(const ShrinkCommand& command, const std::string& property, const ShrinkReport& report,
              Scenario& scenario) {
  const std::string source =
      command.file.empty() ? fmt::format("seed {} of profile {}", command.seed, command.profile)
                           : command.file;
  scenario.comment = {fmt::format("# Violates {}{}: shrunk from {}, {} lines to {}.", property,
                                  command.mutant.empty() ? "" : " with " + command.mutant, source,
                                  report.steps_before, scenario.steps.size())};
}

}  // namespace

int shrink(const ShrinkCommand& command) {
  std::string property = command.property;
  Scenario scenario = command.file.empty() ? frozen(command, property) : read_scenario(command);
  if (scenario.steps.empty()) {
    fmt::print(stderr, "there is nothing to shrink\n");
    return 2;
  }
  const std::vector<std::string> found = violated_by(scenario);
  if (property.empty() && !found.empty()) property = found.front();
  if (property.empty() || !holds(found, property)) {
    fmt::print("written down ({} lines), the run does not violate {} any more\n",
               scenario.steps.size(), property.empty() ? "anything" : property);
    return 1;
  }
  Shrinker shrinker(
      [&](const Scenario& candidate) { return holds(violated_by(candidate), property); },
      command.tries);
  shrinker.on_progress = [&](const char* what, std::size_t steps, std::uint64_t tries) {
    if (!command.quiet) fmt::print(stderr, "try {}: {} dropped, {} lines\n", tries, what, steps);
  };
  const ShrinkReport report = shrinker.shrink(scenario);
  Scenario smallest = report.smallest;
  describe(command, property, report, smallest);
  const std::string text = to_text(smallest);
  fmt::print("{}", text);
  fmt::print(stderr, "{} lines became {} in {} tries; {} is violated\n", report.steps_before,
             smallest.steps.size(), report.tries, property);
  if (!command.out.empty()) std::ofstream(command.out) << text;
  return 0;
}

}  // namespace cohort::sim::app
