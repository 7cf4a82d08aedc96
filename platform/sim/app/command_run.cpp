#include <fmt/format.h>

#include <chrono>
#include <fstream>

#include "platform/sim/app/commands.h"
#include "platform/sim/app/outcome.h"
#include "platform/sim/app/requirements.h"

namespace cohort::sim::app {

namespace {

using nlohmann::json;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

}  // namespace

int run(const RunCommand& command) {
  const Clock::time_point start = Clock::now();
  Totals totals;
  std::uint64_t done = 0;
  const std::uint64_t all = command.batch.last - command.batch.first + 1;
  run_batch(command.batch, [&](const json& outcome) {
    totals.add(outcome);
    ++done;
    const bool failed = !outcome.at("violations").empty();
    if (failed && !command.json) fmt::print("{}", failure_text(outcome));
    if (!command.quiet && !command.json && done % 100 == 0) {
      fmt::print("{} of {} seeds, {} failed, {:.0f} s\n", done, all, totals.failures().size(),
                 seconds_since(start));
      std::fflush(stdout);
    }
    return command.keep_going || !failed;
  });
  const double seconds = seconds_since(start);
  if (command.json) {
    fmt::print("{}\n", totals.to_json(seconds).dump(2));
  } else {
    fmt::print("{}", totals.summary(seconds));
    if (command.show_probes) fmt::print("{}", totals.probe_table());
  }
  if (!totals.failures().empty()) return 1;
  if (command.require.empty()) return 0;
  const auto required = read_requirements(command.require);
  if (!required) {
    fmt::print(stderr, "{}\n", required.error().text);
    return 2;
  }
  return check_requirements(*required, totals, false) == 0 ? 0 : 1;
}

int replay(const ReplayCommand& command) {
  RunSettings settings;
  settings.seed = command.seed;
  settings.profile = command.profile;
  settings.mutant = command.mutant;
  settings.keep_history = !command.history.empty();
  if (command.trace) {
    settings.trace_sink = [](const std::string& line) {
      fmt::print("{}\n", line);
      std::fflush(stdout);  // an assertion may end the run
    };
  }
  const RunResult result = run_seed(settings);
  if (!command.history.empty()) {
    std::ofstream out(command.history);
    for (const wire::HistoryRecord& record : result.history) out << wire::to_line(record) << '\n';
  }
  Totals totals;
  const json outcome = to_json(result);
  totals.add(outcome);
  fmt::print("seed {} digest {:016x}, {} sites\n{}", result.seed, result.digest, result.sites,
             totals.summary(0));
  if (!result.violations.empty()) {
    fmt::print("{}", failure_text(outcome));
    if (!command.trace) {
      fmt::print("the sites' last events:\n");
      for (const std::string& line : result.last_traces) fmt::print("  {}\n", line);
    }
  }
  return result.violations.empty() ? 0 : 1;
}

int check(const std::vector<std::string>& files, bool as_json) {
  checkers::Suite suite;
  for (const std::string& file : files) {
    std::ifstream in(file);
    if (!in) {
      fmt::print(stderr, "{}: cannot be read\n", file);
      return 2;
    }
    std::string line;
    for (std::uint64_t number = 1; std::getline(in, line); ++number) {
      // A process that is killed may leave half a line behind, its last.
      if (line.empty() || (in.eof() && !line.empty())) continue;
      auto record = wire::parse_history_line(line);
      if (!record) {
        fmt::print(stderr, "{}:{}: {}\n", file, number, record.error().text);
        return 2;
      }
      suite.feed(std::move(*record));
    }
  }
  const std::size_t records = suite.size();
  const std::vector<checkers::Violation> violations = suite.finish();
  if (as_json) {
    RunResult result;
    result.records = records;
    result.violations = violations;
    fmt::print("{}\n",
               json{{"records", records}, {"violations", to_json(result)["violations"]}}.dump(2));
  } else {
    for (const checkers::Violation& violation : violations) {
      fmt::print("{}", checkers::to_text(violation));
    }
    fmt::print(
        "{} records in {} files, {} properties: {}\n", records, files.size(),
        checkers::all_properties().size(),
        violations.empty() ? "no violation" : fmt::format("{} violations", violations.size()));
  }
  return violations.empty() ? 0 : 1;
}

}  // namespace cohort::sim::app
