/// The processes that the demonstration starts: it ends them, and nothing else, whatever happens.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "platform/base/result.h"

namespace cohort::deploy {

struct Command {
  std::filesystem::path program;
  std::vector<std::string> arguments;
  std::vector<std::string> environment;  ///< "NAME=value", added to this process's own
  std::filesystem::path log;             ///< standard output and error are appended here
  pid_t group = 0;                       ///< process group to join; 0: leads one of its own
};

/// How a child ended.
struct Ending {
  int exit_code = 0;
  int signal = 0;  ///< not 0: it was killed by this signal
};

class ChildProcesses {
 public:
  ChildProcesses() = default;
  /// Kills what still runs.
  ~ChildProcesses();
  ChildProcesses(const ChildProcesses&) = delete;
  ChildProcesses& operator=(const ChildProcesses&) = delete;

  /// Starts a child that dies with this process (also when this one is killed).
  /// Requires: called from the main thread. Errors: kIo with the program's path and the reason.
  Result<pid_t> start(const Command& command);

  /// Collects children that have ended. Blocks: never.
  void reap();
  /// Nothing while it runs.
  std::optional<Ending> ending(pid_t child) const;
  bool runs(pid_t child) const { return running_.contains(child); }
  std::size_t running() const { return running_.size(); }

  /// Signals every process of the group that a child of ours leads.
  void signal_group(pid_t group, int signal);
  /// SIGTERM to all groups, SIGKILL to those that are there after `grace_ms`. Waits for the end.
  void stop_all(int grace_ms);

 private:
  std::map<pid_t, pid_t> running_;  ///< child -> its process group
  std::map<pid_t, Ending> ended_;
};

/// "exit code 3" or "killed by signal 9 (Killed)".
std::string to_string(const Ending& ending);

}  // namespace cohort::deploy
