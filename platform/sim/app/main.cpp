/// cohort-sim: tries the platform under virtual time and judges histories (docs/testing.md).
#include <CLI/CLI.hpp>

#include <string>
#include <vector>

#include "platform/sim/app/commands.h"

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
  sub.add_option("--profile", command.batch.profile, "swarm, calm, views, tools, storm or total")
      ->check(CLI::IsMember({"swarm", "calm", "views", "tools", "storm", "total", "flow"}));
  sub.add_option("--mutant", command.batch.mutant, "a bug to switch on");
  sub.add_option("--twice", command.batch.twice, "share of seeds run twice (determinism)");
  sub.add_option("--require", command.require, "file of probes and least hits");
  sub.add_flag("--json", command.json, "one JSON object");
  sub.add_flag("--keep-going", command.keep_going, "past the first failed seed");
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
  replay_sub->add_option("seed", replay_command.seed)->required();
  replay_sub->add_flag("--trace", replay_command.trace, "print every protocol event");
  replay_sub->add_option("--profile", replay_command.profile);
  replay_sub->add_option("--mutant", replay_command.mutant);
  replay_sub->add_option("--history", replay_command.history, "write the records to this file");

  std::vector<std::string> files;
  bool check_json = false;
  CLI::App* check_sub = app.add_subcommand("check", "judge histories of real runs");
  check_sub->add_option("files", files, "all files are one history")->required();
  check_sub->add_flag("--json", check_json, "one JSON object");

  MutantsCommand mutants_command;
  CLI::App* mutants_sub = app.add_subcommand("mutants", "switch each known bug on until caught");
  mutants_sub->add_option("--registry", mutants_command.registry)->required();
  mutants_sub->add_option("--seeds", mutants_command.seeds, "most seeds for one bug");
  mutants_sub->add_option("--jobs", mutants_command.jobs)->check(CLI::Range(1, 64));
  mutants_sub->add_option("--only", mutants_command.only, "this one");

  ScenarioCommand scenario_command;
  CLI::App* scenario_sub = app.add_subcommand("scenario", "play scenarios and judge them");
  scenario_sub->add_option("files", scenario_command.files, "docs/formats/scenario.md")->required();
  scenario_sub->add_flag("--trace", scenario_command.trace, "print every protocol event");
  scenario_sub->add_flag("--verbose", scenario_command.verbose,
                         "what was meant to be violated, too");
  scenario_sub->add_option("--history", scenario_command.history, "write the records to this file");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (run_sub->parsed()) return run(run_command);
  if (probes_sub->parsed()) return run(probe_command);
  if (replay_sub->parsed()) return replay(replay_command);
  if (check_sub->parsed()) return check(files, check_json);
  if (scenario_sub->parsed()) return scenario(scenario_command);
  return mutants(mutants_command);
}
