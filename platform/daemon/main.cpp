/// cohortd: the daemon of one site.
#include <fmt/format.h>
#include <sys/prctl.h>

#include <CLI/CLI.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>
#include <optional>
#include <thread>

#include "platform/base/assert.h"
#include "platform/base/heap_trim.h"
#include "platform/config/plant_file.h"
#include "platform/daemon/lock_file.h"
#include "platform/daemon/restart.h"
#include "platform/daemon/site_daemon.h"
#include "platform/log/log_file.h"
#include "platform/net/runtime.h"

namespace {

using namespace cohort;

enum ExitCode : int {
  kExitLeft = 0,
  kExitFailed = 1,
  kExitUsage = 2,
  kExitCannotStart = 3,
  kExitRestartsTooOften = 4,
};

constexpr const char* kExitCodes =
    "Exit codes: 0 left the plant in order; 1 failed; 2 wrong option or plant file; 3 cannot start "
    "(the site runs already, its port is taken, its storage is unreadable); 4 stopped by the "
    "protocols 5 times within 30 s.\n"
    "SIGTERM or SIGINT: leave the plant, again: stop at once. SIGUSR2: write the last protocol "
    "events to log/cohortd.trace. SIGHUP: read changed certificates. When the protocols end this "
    "life (no quorum, excluded, disk "
    "failure) the program starts itself again as a new incarnation.";

/// How long an orderly leave may take.
constexpr Duration kLeaveTimeout = seconds(3);

struct Options {
  std::string plant_path;
  std::uint16_t site = 0;
  bool verbose = false;
  bool joins = false;
};

/// Parses the command line; an exit code where the program ends with that.
std::optional<int> parse(int argc, char** argv, Options& options) {
  CLI::App app("The daemon of one site of a Cohort plant.", "cohortd");
  app.add_option("--config", options.plant_path, "the plant file")->required();
  app.add_option("--site", options.site, "the number of this site")->required();
  app.add_flag("--join", options.joins,
               "join a running plant that has added this site; never form a first view. The plant "
               "file has to name this site and one other that runs");
  app.add_flag("--verbose", options.verbose, "log single steps, and information on stderr too");
  app.footer(kExitCodes);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitLeft : kExitUsage;
  }
  return std::nullopt;
}

int complain(int code, const std::string& text) {
  fmt::print(stderr, "cohortd: {}\n", text);
  return code;
}

daemon::SiteDaemon* running = nullptr;  ///< for the assertion's hook only

void dump_on_assertion() {
  if (running) running->dump_traces("an assertion failed");
}

/// Runs one life on an event loop of its own.
class Life {
 public:
  Life(const config::PlantFile& plant, const Options& options, LogFile& log)
      : plant_(plant),
        site_{options.site},
        joins_(options.joins),
        log_(log),
        signals_(runtime_.context(), SIGTERM, SIGINT, SIGUSR2),
        patience_(runtime_, [this] {
          log_.write(LogLevel::kWarning, "the others did not confirm the leave in time");
          runtime_.stop(kExitLeft);
        }) {
    signals_.add(SIGHUP);
  }

  /// Returns an exit code, or nothing where the life ended and another is to begin.
  std::optional<int> run() {
    auto daemon = daemon::SiteDaemon::start(
        runtime_, log_,
        {plant_, site_, [this](const daemon::LifeEnd& end) { on_end(end); }, joins_});
    if (!daemon) {
      log_.write(LogLevel::kError, daemon.error().text);
      return kExitCannotStart;
    }
    daemon_ = std::move(*daemon);
    running = daemon_.get();
    set_assert_dump_hook(dump_on_assertion);
    wait_for_signal();
    const int code = runtime_.run();
    running = nullptr;
    daemon_.reset();
    return again_ ? std::nullopt : std::optional<int>(code);
  }

 private:
  void wait_for_signal() {
    signals_.async_wait([this](const boost::system::error_code& error, int signal) {
      if (error) return;
      on_signal(signal);
      wait_for_signal();
    });
  }

  void on_signal(int signal) {
    if (signal == SIGUSR2) {
      daemon_->dump_traces("asked for by SIGUSR2");
    } else if (signal == SIGHUP) {
      daemon_->renew_certificates();
    } else if (leaving_) {
      runtime_.stop(kExitLeft);
    } else {
      leaving_ = true;
      log_.write(LogLevel::kInfo, "leaving the plant: asked to by a signal");
      daemon_->leave();
      patience_.set_in(kLeaveTimeout);
    }
  }

  void on_end(const daemon::LifeEnd& end) {
    log_.write(
        end.final ? LogLevel::kInfo : LogLevel::kError,
        fmt::format("event=end site={} reason=\"{}\"", to_string(daemon_->life()), end.reason));
    again_ = !end.final && !leaving_;
    if (!end.final) daemon_->dump_traces("the life ended: " + end.reason);
    runtime_.stop(kExitLeft);
  }

  config::PlantFile plant_;
  SiteId site_;
  bool joins_;
  LogFile& log_;
  net::Runtime runtime_;
  boost::asio::signal_set signals_;
  net::Alarm patience_;
  std::unique_ptr<daemon::SiteDaemon> daemon_;
  bool leaving_ = false;
  bool again_ = false;
};

/// Only returns where the program cannot replace itself.
int begin_again(char** argv, LogFile& log) {
  auto history = daemon::RestartHistory::from_environment();
  const auto delay = history.note(net::Runtime::now());
  if (!delay) {
    log.write(LogLevel::kError,
              fmt::format("{} lives ended within {} s: giving up; see the log",
                          daemon::kRestartsMost, to_millis(daemon::kRestartWindow) / 1000));
    return kExitRestartsTooOften;
  }
  log.flush();
  std::this_thread::sleep_for(*delay);
  log.write(LogLevel::kError, daemon::start_again(argv, history));
  return kExitFailed;
}

int run(char** argv, const Options& options) {
  auto plant = config::read_plant_file(options.plant_path);
  if (!plant) return complain(kExitUsage, plant.error().text);
  const SiteId site{options.site};
  if (!plant->site(site)) {
    return complain(kExitUsage, fmt::format("{}: the plant {} has no site {}", options.plant_path,
                                            plant->plant.name, options.site));
  }
  const auto lock = daemon::LockFile::take(config::site_directory(*plant, site) / "cohortd.lock");
  if (!lock) return complain(kExitCannotStart, lock.error().text);
  auto log = LogFile::open("cohortd", config::log_directory(*plant, site) / "cohortd.log",
                           options.verbose);
  if (!log) return complain(kExitCannotStart, log.error().text);
  const auto code = Life(*plant, options, **log).run();
  return code ? *code : begin_again(argv, **log);
}

}  // namespace

int main(int argc, char** argv) {
  // A program that has replaced itself is called after the link that it was started through.
  ::prctl(PR_SET_NAME, "cohortd");
  Options options;
  if (const auto code = parse(argc, argv, options)) return *code;
  keep_freed_memory();
  return run(argv, options);
}
