// cohort-demo: the driver behind deploy/demo (docs/operations.md).

#include <fmt/format.h>

#include <cstdlib>

#include "deploy/driver/afterwards.h"
#include "deploy/driver/child_process.h"
#include "deploy/driver/interrupt.h"
#include "deploy/driver/options.h"
#include "deploy/driver/plant_runner.h"
#include "deploy/driver/ports.h"
#include "deploy/driver/run_directory.h"
#include "deploy/driver/run_record.h"
#include "deploy/driver/script.h"
#include "deploy/driver/startup.h"
#include "deploy/driver/terminal.h"

namespace cohort::deploy {
namespace {

constexpr int kExitInterrupted = 130;
constexpr int kStopGrace_ms = 5'000;

bool has_display() {
  return std::getenv("DISPLAY") != nullptr || std::getenv("WAYLAND_DISPLAY") != nullptr;
}

/// The driver watches from a site that it does not kill.
SiteId watching_site(const config::PlantFile& plant, SiteId killed) {
  for (const config::Site& site : plant.sites) {
    if (site.number != killed) return site.number;
  }
  return killed;
}

task::Task<int> connect_and_run(client::Host& host, Script& script) {
  const Result<void> connected = co_await host.process().connect();
  if (!connected) co_return host.fail(connected.error());
  co_return co_await script.run();
}

/// One run, from the started processes to the report.
class Run {
 public:
  Run(const Options& options, const config::PlantFile& plant)
      : options_(options),
        plant_(plant),
        runner_(options, plant, children_),
        terminal_(options.json),
        site_(watching_site(plant, options.kill_site)) {}

  int operator()() {
    open_console();
    run_lots();
    if (interrupted()) return stop_early();
    record_.clock_factor = plant_.plant.clock_factor;
    collect_daemons(runner_, record_);
    for (std::string& objection : judge_lots(record_)) {
      record_.problems.push_back(std::move(objection));
    }
    if (stays_up()) stay_up();
    terminal_.progress("stopping the plant");
    children_.stop_all(kStopGrace_ms);
    check_histories(options_.programs, plant_, children_, record_);
    terminal_.report(options_.json ? to_json(record_) : to_text(record_));
    if (options_.tour && !console_) {
      terminal_.say("Pictures of the console: " + (options_.directory / "tour").string());
    }
    return record_.problems.empty() ? client::kExitOk : client::kExitFailed;
  }

 private:
  bool stays_up() const { return options_.keep || console_; }

  void run_lots() {
    terminal_.say(fmt::format("Plant file {}", plant_.path.string()));
    Result<void> started = start_plant(runner_);
    if (!started) {
      record_.problems.push_back(started.error().text);
      return;
    }
    announce_console();
    const Result<std::unique_ptr<client::Host>> host = open_session(plant_, site_);
    if (!host) {
      record_.problems.push_back(host.error().text);
      return;
    }
    Script::Tools tools{**host, runner_, record_,
                        [this](const std::string& line) { terminal_.progress(line); },
                        [] { return interrupted(); }};
    Script script(options_, std::move(tools));
    const int code = (*host)->run(connect_and_run(**host, script));
    if (code != client::kExitOk && record_.problems.empty()) {
      record_.problems.push_back("the session with the plant ended before the lots did");
    }
  }

  void open_console() { wants_console_ = options_.console && has_display(); }

  /// The console needs a daemon to talk to: it is started once they answer.
  void announce_console() {
    const std::string program = (options_.programs / "cohort-console").string();
    if (!wants_console_) {
      terminal_.say(
          fmt::format("No display. To look at the plant: QT_QPA_PLATFORM=vnc {} --config "
                      "{} --site {}, then a VNC viewer on port 5900",
                      program, plant_.path.string(), site_.value));
      return;
    }
    const Result<pid_t> console = runner_.start_console(site_);
    if (console) {
      console_ = *console;
    } else {
      record_.problems.push_back(console.error().text);
    }
  }

  void stay_up() {
    terminal_.report(options_.json ? to_json(record_) : to_text(record_));
    terminal_.say("The plant stays up; Ctrl-C stops it and lets the checkers read its histories.");
    while (!interrupted()) {
      constexpr int kStep_ms = 200;
      sleep_ms(kStep_ms);
      if (const Result<void> alive = runner_.check(); !alive) {
        record_.problems.push_back(alive.error().text);
        return;
      }
    }
  }

  int stop_early() {
    terminal_.say("Stopping everything that was started.");
    children_.stop_all(kStopGrace_ms);
    terminal_.say("Stopped. Unfinished lots are on disk: --continue goes on with them.");
    return kExitInterrupted;
  }

  const Options& options_;
  const config::PlantFile& plant_;
  ChildProcesses children_;
  PlantRunner runner_;
  Terminal terminal_;
  RunRecord record_;
  SiteId site_;  ///< where the driver and the console are clients
  bool wants_console_ = false;
  std::optional<pid_t> console_;
};

int refuse(const std::string& text) {
  std::fprintf(stderr, "%s\n", text.c_str());
  return client::kExitUsage;
}

int run(int argc, char** argv) {
  int exit_code = client::kExitOk;
  const std::optional<Options> options = parse_options(argc, argv, exit_code);
  if (!options) return exit_code;
  catch_interrupts();
  const Result<config::PlantFile> plant = prepare_directory(*options);
  if (!plant) return refuse(plant.error().text);
  if (options->kills && plant->site(options->kill_site) == nullptr) {
    return refuse(
        fmt::format("--kill-site {}: the plant has no such site", options->kill_site.value));
  }
  const std::vector<std::string> taken = taken_ports(*plant);
  for (const std::string& objection : taken) refuse(objection);
  if (!taken.empty()) return refuse("nothing was started; --port-offset N moves all ports");
  return Run(*options, *plant)();
}

}  // namespace
}  // namespace cohort::deploy

int main(int argc, char** argv) {
  return cohort::deploy::run(argc, argv);
}
