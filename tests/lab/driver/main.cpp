/// cohort-lab: does to plants of real processes what the world does to them (docs/testing.md).
#include <fmt/format.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "lab/driver/audit.h"
#include "lab/driver/scenario.h"

namespace {

using namespace cohort::lab;
using nlohmann::json;
namespace fs = std::filesystem;

struct Options {
  std::vector<std::string> names;
  fs::path directory = fs::temp_directory_path() / "cohort-lab";
  unsigned times = 1;
  std::uint64_t seed = 1;
  bool list = false;
  bool as_json = false;
  bool smoke = false;
  bool keep = false;
  bool all_must_run = false;
  fs::path programs;  ///< where the other programs of the build are
};

struct Verdict {
  std::string name;
  std::string state;  ///< passed, failed, skipped
  std::string why;
  std::vector<std::string> notes;
  double time_s = 0;
};

/// Mounts of the lab are seen by its own processes only, and gone with them.
void keep_mounts_to_ourselves() {
  if (unshare(CLONE_NEWNS) == 0) mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
}

Verdict run_one(const Scenario& scenario, const Options& options, std::uint64_t seed) {
  Verdict verdict{.name = scenario.name, .state = "passed", .why = {}, .notes = {}};
  if (const std::string missing = what_is_missing(scenario); !missing.empty()) {
    verdict.state = "skipped";
    verdict.why = "this machine lacks " + missing;
    return verdict;
  }
  const auto begin = std::chrono::steady_clock::now();
  PlantOptions its = scenario.options;
  its.programs = options.programs;
  its.directory = options.directory / scenario.name;
  its.seed = seed;
  {
    Plant plant(its);
    plant.set_up();
    if (scenario.start) {
      plant.start_daemons(plant.all());
      plant.until_view(plant.all(), its.sites);
      plant.load(true);
      plant.until_progress(plant.all());
    }
    if (!plant.failed()) scenario.act(plant);
    audit(plant);
    verdict.notes = plant.notes();
    if (plant.failed()) {
      verdict.state = "failed";
      verdict.why = plant.failure() + "\n  files: " + its.directory.string();
    }
  }
  verdict.time_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::error_code ignored;
  if (verdict.state == "passed" && !options.keep) fs::remove_all(its.directory, ignored);
  return verdict;
}

json to_json(const Verdict& verdict) {
  return {{"name", verdict.name},
          {"state", verdict.state},
          {"why", verdict.why},
          {"notes", verdict.notes},
          {"seconds", verdict.time_s}};
}

void print(const Verdict& verdict) {
  fmt::print("{:<22} {:<8} {:>5.1f} s", verdict.name, verdict.state, verdict.time_s);
  if (!verdict.why.empty()) fmt::print("  {}", verdict.why);
  for (const std::string& text : verdict.notes) fmt::print("  [{}]", text);
  fmt::print("\n");
  std::fflush(stdout);
}

/// The scenarios asked for; nothing where a name is unknown.
std::vector<Scenario> selected(const Options& options, std::string& unknown) {
  std::vector<Scenario> chosen;
  const std::vector<Scenario> all = all_scenarios();
  for (const std::string& name : options.names) {
    if (std::ranges::none_of(all, [&](const Scenario& s) { return s.name == name; })) {
      unknown = name;
    }
  }
  for (const Scenario& scenario : all) {
    const bool named = std::ranges::find(options.names, scenario.name) != options.names.end();
    if (named || (options.names.empty() && (scenario.smoke || !options.smoke))) {
      chosen.push_back(scenario);
    }
  }
  return chosen;
}

int list(const std::vector<Scenario>& scenarios) {
  for (const Scenario& scenario : scenarios) {
    fmt::print("{:<22} {}{}\n", scenario.name, scenario.about, scenario.smoke ? " (smoke)" : "");
  }
  return 0;
}

int run_all(const std::vector<Scenario>& scenarios, const Options& options) {
  std::vector<Verdict> verdicts;
  for (unsigned round = 0; round < options.times; ++round) {
    for (const Scenario& scenario : scenarios) {
      verdicts.push_back(run_one(scenario, options, options.seed + round));
      if (!options.as_json) print(verdicts.back());
    }
  }
  const auto count = [&](const char* state) {
    return std::ranges::count_if(verdicts, [&](const Verdict& v) { return v.state == state; });
  };
  if (options.as_json) {
    json runs = json::array();
    for (const Verdict& verdict : verdicts) runs.push_back(to_json(verdict));
    fmt::print("{}\n", json{{"passed", count("passed")},
                            {"failed", count("failed")},
                            {"skipped", count("skipped")},
                            {"runs", runs}}
                           .dump(2));
  } else {
    fmt::print("{} runs: {} passed, {} failed, {} skipped\n", verdicts.size(), count("passed"),
               count("failed"), count("skipped"));
  }
  return count("failed") > 0 || (options.all_must_run && count("skipped") > 0) ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app(
      "Runs plants of real processes in network namespaces and does to them what breaks "
      "systems.",
      "cohort-lab");
  app.add_option("names", options.names, "scenarios; default: all");
  app.add_flag("--list", options.list, "name the scenarios and end");
  app.add_flag("--smoke", options.smoke, "only the short selection");
  app.add_option("--times", options.times, "so many rounds")->check(CLI::Range(1, 1000));
  app.add_option("--seed", options.seed, "of the first round; each round adds one");
  app.add_flag("--json", options.as_json, "one JSON object instead of lines");
  app.add_option("--directory", options.directory, "for the plants' files; failed ones stay");
  app.add_flag("--keep", options.keep, "keep the files of passed ones too");
  app.add_flag("--all-must-run", options.all_must_run, "a skipped scenario is a failure");
  app.footer("Exit codes: 0 all passed or skipped; 1 one failed; 2 wrong option or name.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  std::string unknown;
  const std::vector<Scenario> scenarios = selected(options, unknown);
  if (!unknown.empty()) {
    fmt::print(stderr, "cohort-lab: there is no scenario '{}'; --list names them\n", unknown);
    return 2;
  }
  if (options.list) return list(scenarios);
  signal(SIGPIPE, SIG_IGN);
  // Inside a changed root the kernel tells another path once the mounts are our own.
  options.programs = fs::read_symlink("/proc/self/exe").parent_path();
  keep_mounts_to_ourselves();
  return run_all(scenarios, options);
}
