/// Everything that an application's main needs to be a client process of a real site: the event
/// loop, the session with the site's daemon over its Unix socket, the history file, the log.
///
///     task::Task<int> serve(client::Host& host) {          // the Process is connected already
///       MyService service(host.process());
///       if (auto started = co_await service.start(); !started) co_return
///       host.fail(started.error()); co_await host.until_stopped(); co_return 0;
///     }
///     int main(int argc, char** argv) {
///       return client::run_application(argc, argv, {.program = "my-service"}, serve);
///     }
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "platform/base/result.h"
#include "platform/client/adapters/loop.h"
#include "platform/client/process.h"
#include "platform/config/plant_file.h"
#include "platform/log/log_file.h"
#include "platform/wire/history.h"

namespace CLI {
class App;
}

namespace cohort::client {

/// What ends a program. 0 and 2 are those of every Unix program; stable, documented in --help.
enum ExitCode : int {
  kExitOk = 0,
  kExitFailed = 1,      ///< what was asked for did not succeed; the message says why
  kExitUsage = 2,       ///< wrong option or plant file; nothing was started
  kExitNoDaemon = 3,    ///< the site's daemon does not run, or refuses
  kExitDaemonGone = 5,  ///< the site's daemon has gone: so have this process's groups
};

using cohort::LogLevel;

struct HostOptions {
  std::string program;  ///< for people, for the names of log and history: "emulsion"
  config::PlantFile plant;
  SiteId site;
  std::filesystem::path socket = {};  ///< of the site's daemon; empty: where the plant file says
  bool record_history = true;         ///< site-N/history/PROGRAM-PROCESS.history, one line a record
  bool log_to_file = true;     ///< site-N/log/PROGRAM.log; warnings and errors also go to stderr
  bool verbose = false;        ///< debug records too
  bool handle_signals = true;  ///< false: another loop of this program has them (console)
};

class Host {
 public:
  /// Reaches the site's daemon. Errors: kIo, kClosed (no daemon listens), kInvalidArgument (no such
  /// site). Blocks: for one local connect. The Process is not connected yet: bind entries, then
  /// co_await process().connect(); run_application does both.
  static Result<std::unique_ptr<Host>> open(HostOptions options);
  ~Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  Loop& loop();
  task::Scheduler& scheduler();
  Process& process();
  const config::PlantFile& plant() const;
  const config::Site& site() const;

  /// Runs `function` in the loop's thread. Safe from any thread.
  void post(std::function<void()> function);

  /// Returns when SIGTERM or SIGINT came, the daemon is gone, or request_stop() was called. A main
  /// that has not ended a grace time (2 s) later is ended.
  task::Task<void> until_stopped();
  bool stopping() const;
  void request_stop();

  /// Logs the error and returns kExitFailed, for `co_return host.fail(error)`.
  int fail(const Error& error);
  void log(LogLevel level, std::string_view text);

  /// Runs the loop until `main` ends; returns its result, or kExitDaemonGone where the session
  /// ended under it. Call once.
  int run(task::Task<int> main);

 private:
  struct Parts;
  explicit Host(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

/// What a program is and what it takes on its command line beside --config FILE, --site N and
/// --verbose.
struct Application {
  std::string program;      ///< "emulsion"; the executable is "cohort-" + program
  std::string description;  ///< for --help
  bool record_history = true;
  /// Adds the program's own options; they are parsed before `entry` runs. May be empty.
  std::function<void(CLI::App&)> add_options;
  /// Binds entries before the process says hello to its daemon. May be empty.
  std::function<void(Host&)> before_connect;
};

/// Parses the command line, reads the plant file, reaches the daemon, connects the process, runs
/// `entry`. Returns an ExitCode; every failure is one clear line on stderr.
int run_application(int argc, char** argv, const Application& application,
                    std::function<task::Task<int>(Host&)> entry);

}  // namespace cohort::client
