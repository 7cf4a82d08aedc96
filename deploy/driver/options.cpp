#include "deploy/driver/options.h"

#include <CLI/CLI.hpp>

namespace cohort::deploy {
namespace {

constexpr const char* kAbout =
    "Starts a three-site Mini-Fab on this machine, runs a week of lots through it, kills a "
    "service\n"
    "process and a whole site under way, and reports what became of every lot.\n"
    "Exit status: 0 every lot went through every step once and no checker objects; 1 not so;\n"
    "2 wrong option or plant file, or a port is taken (nothing was started); 130 stopped by "
    "Ctrl-C.";

void add_plant_options(CLI::App& app, Options& options) {
  app.add_option("--project", options.project, "Root of the source tree")->required();
  app.add_option("--programs", options.programs, "Folder of the programs")
      ->default_str("PROJECT/build/release/bin");
  app.add_option("--plant", options.plant, "Plant file to copy")
      ->default_str("PROJECT/deploy/config/minifab.toml");
  app.add_option("--directory", options.directory, "Where the run keeps its files")
      ->default_str("PROJECT/build/demo");
  app.add_option("--lots", options.lots, "How many of the week's lots")
      ->check(CLI::Range(1, 84))
      ->capture_default_str();
  app.add_option("--clock-factor", options.clock_factor, "Plant time runs this much faster")
      ->check(CLI::Range(1.0, 1e6))
      ->capture_default_str();
  app.add_option("--port-offset", options.port_offset, "Added to every port of the plant file")
      ->check(CLI::Range(0, 50000))
      ->capture_default_str();
  app.add_option("--timeout", options.timeout_s, "Seconds for the lots to finish")
      ->capture_default_str();
}

void add_kill_options(CLI::App& app, Options& options, bool& no_kill) {
  app.add_option("--kill-at", options.kill_at,
                 "Where the emulsion coordinator is killed: before-act, after-start, "
                 "after-completion, after-reply")
      ->check(CLI::IsMember({"before-act", "after-start", "after-completion", "after-reply"}))
      ->capture_default_str();
  app.add_option("--kill-site", options.kill_site.value, "The site that is killed and restarted")
      ->capture_default_str();
  app.add_flag("--no-kill", no_kill, "Kill nothing");
}

}  // namespace

std::optional<Options> parse_options(int argc, char** argv, int& exit_code) {
  Options options;
  bool fresh = false;
  bool go_on = false;
  bool no_kill = false;
  bool no_console = false;
  bool no_tour = false;
  CLI::App app(kAbout, "cohort-demo");
  add_plant_options(app, options);
  add_kill_options(app, options, no_kill);
  auto* fresh_flag = app.add_flag("--fresh", fresh, "Begin anew (the default)");
  app.add_flag("--continue", go_on, "Go on with the last run's unfinished lots")
      ->excludes(fresh_flag);
  app.add_flag("--keep", options.keep, "Stay up when the lots are done, until Ctrl-C");
  app.add_flag("--no-console", no_console, "Open no console");
  app.add_flag("--no-tour", no_tour, "Write no pictures of the console");
  app.add_flag("--json", options.json, "Print the report as JSON; progress goes to stderr");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    exit_code = app.exit(error) == 0 ? 0 : 2;
    return std::nullopt;
  }
  if (options.programs.empty()) options.programs = options.project / "build/release/bin";
  if (options.plant.empty()) options.plant = options.project / "deploy/config/minifab.toml";
  if (options.directory.empty()) options.directory = options.project / "build/demo";
  options.start = go_on ? Start::kContinue : Start::kFresh;
  options.kills = !no_kill;
  options.console = !no_console;
  options.tour = !no_tour;
  return options;
}

}  // namespace cohort::deploy
