/// cohort-sim: tries the platform under virtual time and judges histories (docs/testing.md).
#include <CLI/CLI.hpp>

#include <string>
#include <vector>

#include "platform/sim/app/commands.h"
#include "platform/sim/explore/cold_start.h"

namespace {

using namespace cohort::sim::app;

/// "7" or "1..2000".
std::string read_seeds(const std::string& text, Batch& batch) {
  const std::size_t dots = text.find("..");
  try {
    batch.first = std::stoull(text.substr(0, dots));
    batch.last = dots == std::string::npos ? batch.first : std::stoull(text.substr(dots + 2));
  } catch (const std::exception&) {
    return "seeds are given as A..B";
  }
  return batch.first <= batch.last ? "" : "the first seed is beyond the last";
}

void add_run_options(CLI::App& sub, RunCommand& command) {
  sub.add_option_function<std::string>(
         "--seeds",
         [&command](const std::string& text) {
           const std::string wrong = read_seeds(text, command.batch);
           if (!wrong.empty()) throw CLI::ValidationError("--seeds", wrong);
         },
         "A..B")
      ->required();
  sub.add_option("--jobs", command.batch.jobs, "processes at a time")->check(CLI::Range(1, 64));
  sub.add_option("--profile", command.batch.profile,
                 "swarm, calm, views, tools, storm, total, quorum or flow")
      ->check(
          CLI::IsMember({"swarm", "calm", "views", "tools", "storm", "total", "quorum", "flow"}));
  sub.add_option("--mutant", command.batch.mutant, "a bug to switch on");
  sub.add_option("--twice", command.batch.twice, "share of seeds run twice (determinism)");
  sub.add_option("--require", command.require, "file of probes and least hits");
  sub.add_flag("--json", command.json, "one JSON object");
  sub.add_flag("--keep-going", command.keep_going, "past the first failed seed");
  sub.add_flag("--quiet", command.quiet, "no progress");
}

void add_explore_options(CLI::App& sub, ExploreCommand& command) {
  sub.add_option("--sites", command.sites)->check(CLI::Range(1, 5));
  sub.add_option("--multicasts", command.multicasts)->check(CLI::Range(0, 4));
  sub.add_flag("--no-crash", command.no_crash, "nothing dies");
  sub.add_flag("--cut", command.cut, "one link is cut, at any moment");
  sub.add_flag("--join", command.join, "the last process joins meanwhile");
  sub.add_option("--cold", command.cold, "from the logs that a total failure left behind")
      ->check(CLI::IsMember(std::vector<std::string>(cohort::sim::kColdStartNames.begin(),
                                                     cohort::sim::kColdStartNames.end())));
  sub.add_option("--states", command.states, "at most");
  sub.add_option("--jobs", command.jobs, "processes that search at a time")
      ->check(CLI::Range(1, 8));
  sub.add_option("--seconds", command.seconds, "at most; 0: no limit");
  sub.add_option("--compare", command.compare_every,
                 "every so often where a state is met again: does it go on as before? 0: never");
  sub.add_option("--mutant", command.mutant, "with this bug of the registry");
  sub.add_flag("--must-complete", command.must_complete, "fail where the limit was reached");
  sub.add_flag("--quiet", command.quiet, "no progress");
}

void add_coverage_options(CLI::App& sub, CoverageCommand& command) {
  sub.add_option("--commit", command.commit, "what runs, for the page")->required();
  sub.add_option("--first", command.first, "the first seed");
  sub.add_option("--seeds", command.seeds, "of all profiles together");
  sub.add_option("--jobs", command.jobs)->check(CLI::Range(1, 64));
  sub.add_option("--require", command.require, "probes that must be reached");
  sub.add_option("--registry", command.registry, "the deliberate bugs");
  sub.add_option("--mutant-seeds", command.mutant_seeds, "most seeds for one bug; 0: none");
  sub.add_option("--out", command.out, "the page");
}

void add_replay_options(CLI::App& sub, ReplayCommand& command) {
  sub.add_option("seed", command.seed)->required();
  sub.add_flag("--trace", command.trace, "print every protocol event");
  sub.add_option("--profile", command.profile);
  sub.add_option("--mutant", command.mutant);
  sub.add_option("--history", command.history, "write the records to this file");
}

void add_mutants_options(CLI::App& sub, MutantsCommand& command) {
  sub.add_option("--registry", command.registry)->required();
  sub.add_option("--seeds", command.seeds, "most seeds for one bug");
  sub.add_option("--jobs", command.jobs)->check(CLI::Range(1, 64));
  sub.add_flag("--all-seeds", command.all_seeds,
               "from seed 1, not from the one that killed it before");
  sub.add_option("--only", command.only, "this one");
}

void add_scenario_options(CLI::App& sub, ScenarioCommand& command) {
  sub.add_option("files", command.files, "docs/formats/scenario.md")->required();
  sub.add_flag("--trace", command.trace, "print every protocol event");
  sub.add_flag("--verbose", command.verbose, "what was meant to be violated, too");
  sub.add_option("--history", command.history, "write the records to this file");
}

void add_shrink_options(CLI::App& sub, ShrinkCommand& command) {
  sub.add_option("seed", command.seed, "the failing seed");
  sub.add_option("--scenario", command.file, "a failing scenario instead");
  sub.add_option("--profile", command.profile);
  sub.add_option("--mutant", command.mutant);
  sub.add_option("--property", command.property, "else the first that is violated");
  sub.add_option("--out", command.out, "write it to this file, too");
  sub.add_option("--tries", command.tries, "replays at most");
  sub.add_flag("--quiet", command.quiet, "no progress");
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Tries the platform under virtual time and judges histories."};
  app.require_subcommand(1);

  RunCommand run_command;
  CLI::App* run_sub = app.add_subcommand("run", "run many seeds");
  add_run_options(*run_sub, run_command);
  run_sub->add_flag("--probes", run_command.show_probes, "print how often rare paths were reached");

  RunCommand probe_command;
  CLI::App* probes_sub = app.add_subcommand("probes", "run seeds; print and require probes");
  add_run_options(*probes_sub, probe_command);
  probe_command.show_probes = true;

  ReplayCommand replay_command;
  CLI::App* replay_sub = app.add_subcommand("replay", "run one seed again, byte for byte");
  add_replay_options(*replay_sub, replay_command);

  std::vector<std::string> files;
  bool check_json = false;
  CLI::App* check_sub = app.add_subcommand("check", "judge histories of real runs");
  check_sub->add_option("files", files, "all files are one history")->required();
  check_sub->add_flag("--json", check_json, "one JSON object");

  MutantsCommand mutants_command;
  CLI::App* mutants_sub = app.add_subcommand("mutants", "switch each known bug on until caught");
  add_mutants_options(*mutants_sub, mutants_command);

  ScenarioCommand scenario_command;
  CLI::App* scenario_sub = app.add_subcommand("scenario", "play scenarios and judge them");
  add_scenario_options(*scenario_sub, scenario_command);

  ShrinkCommand shrink_command;
  CLI::App* shrink_sub =
      app.add_subcommand("shrink", "make a failing seed a scenario that people can read");
  add_shrink_options(*shrink_sub, shrink_command);

  ExploreCommand explore_command;
  CLI::App* explore_sub = app.add_subcommand("explore", "try every order of a small scope");
  add_explore_options(*explore_sub, explore_command);

  CoverageCommand coverage_command;
  CLI::App* coverage_sub = app.add_subcommand("coverage", "write docs/simulator-coverage.md");
  add_coverage_options(*coverage_sub, coverage_command);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (run_sub->parsed()) return run(run_command);
  if (probes_sub->parsed()) return run(probe_command);
  if (replay_sub->parsed()) return replay(replay_command);
  if (check_sub->parsed()) return check(files, check_json);
  if (coverage_sub->parsed()) return coverage(coverage_command);
  if (explore_sub->parsed()) return explore(explore_command);
  if (shrink_sub->parsed()) return shrink(shrink_command);
  if (scenario_sub->parsed()) return scenario(scenario_command);
  return mutants(mutants_command);
}
