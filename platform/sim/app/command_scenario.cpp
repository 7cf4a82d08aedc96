#include <fmt/format.h>

#include <fstream>
#include <sstream>

#include "platform/sim/app/apart.h"
#include "platform/sim/app/commands.h"
#include "platform/sim/app/outcome.h"
#include "platform/sim/scenario/player.h"

namespace cohort::sim::app {

namespace {

using nlohmann::json;

std::string read_file(const std::string& file, bool& well) {
  std::ifstream in(file);
  well = in.is_open();
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

json play_here(const Scenario& scenario, const ScenarioCommand& command) {
  std::function<void(const std::string&)> trace;
  if (command.trace) {
    trace = [](const std::string& line) {
      fmt::print("{}\n", line);
      std::fflush(stdout);  // an assertion may end the run
    };
  }
  const PlayResult result = play(scenario, trace, !command.history.empty());
  if (!command.history.empty()) {
    std::ofstream out(command.history);
    for (const wire::HistoryRecord& record : result.run.history) {
      out << wire::to_line(record) << '\n';
    }
  }
  json outcome = to_json(result.run);
  outcome["ok"] = result.ok(scenario);
  outcome["failures"] = result.failures;
  outcome["traces"] = result.run.last_traces;
  return outcome;
}

json play_apart(const Scenario& scenario, const ScenarioCommand& command) {
  const auto outcome = run_apart([&] { return play_here(scenario, command); });
  if (outcome) return *outcome;
  return {{"seed", scenario.options.seed},
          {"ok", scenario.violates == "A1"},
          {"failures", json::array()},
          {"traces", json::array()},
          {"violations",
           {{{"property", "A1"},
             {"text", "an assertion, a crash or the time limit ended the run"},
             {"witness", json::array()}}}}};
}

void report(const std::string& file, const json& outcome, bool verbose) {
  fmt::print("{} {}\n", outcome.at("ok").get<bool>() ? "passed" : "FAILED", file);
  if (outcome.at("ok").get<bool>() && !verbose) return;
  for (const json& failure : outcome.at("failures")) {
    fmt::print("  {}\n", failure.get<std::string>());
  }
  for (const json& violation : outcome.at("violations")) {
    fmt::print("  {}: {}\n", violation.at("property").get<std::string>(),
               violation.at("text").get<std::string>());
    for (const json& line : violation.at("witness")) {
      fmt::print("      {}\n", line.get<std::string>());
    }
  }
  if (outcome.at("ok").get<bool>()) return;
  for (const json& line : outcome.at("traces")) fmt::print("    {}\n", line.get<std::string>());
}

}  // namespace

int scenario(const ScenarioCommand& command) {
  int failed = 0;
  for (const std::string& file : command.files) {
    bool well = false;
    const std::string text = read_file(file, well);
    if (!well) {
      fmt::print(stderr, "{}: cannot be read\n", file);
      return 2;
    }
    const auto parsed = parse_scenario(file, text);
    if (!parsed) {
      fmt::print(stderr, "{}\n", parsed.error().text);
      ++failed;
      continue;
    }
    const json outcome = play_apart(*parsed, command);
    report(file, outcome, command.verbose);
    failed += outcome.at("ok").get<bool>() ? 0 : 1;
    std::fflush(stdout);
  }
  fmt::print("{} scenarios, {} failed\n", command.files.size(), failed);
  return failed == 0 ? 0 : 1;
}

}  // namespace cohort::sim::app
