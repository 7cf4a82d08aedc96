/// Processes of the lab: started in a network namespace, fed and read through pipes, ended with it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "platform/base/result.h"

namespace cohort::lab {

struct Launch {
  std::vector<std::string> words;        ///< program and arguments; looked up in PATH
  std::vector<std::string> environment;  ///< "NAME=value", added to the lab's own
  int network = -1;                      ///< network namespace to enter; -1: the lab's own
  std::filesystem::path log;  ///< standard error is appended; empty: it goes where output goes
};

/// How a child ended.
struct Ending {
  int exit_code = 0;
  int signal = 0;  ///< not 0: it was ended by this signal
};
std::string to_string(const Ending& ending);

/// One child; dies with the lab, also when the lab is killed. Requires: the main thread only.
class Child {
 public:
  static Result<std::unique_ptr<Child>> start(const Launch& launch);
  /// Kills it where it still runs.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return pid_; }
  bool running();
  std::optional<Ending> ending();
  void signal(int number);
  /// Writes a line to its standard input; false where it cannot.
  bool tell(const std::string& line);
  /// Takes what it has written since; the complete lines. Blocks: never.
  std::vector<std::string> lines();
  /// Waits for its end; false when it has not come within the time.
  bool wait(std::chrono::milliseconds patience);

 private:
  Child(pid_t pid, int input, int output) : pid_(pid), input_(input), output_(output) {}
  pid_t pid_;
  int input_;
  int output_;
  std::string buffer_;
  std::optional<Ending> ending_;
};

struct Outcome {
  int exit_code = 0;   ///< 128 + signal where a signal ended it; 124: not within the time
  std::string output;  ///< standard output and error
};

/// Runs a program to its end.
Result<Outcome> run(const std::vector<std::string>& words, int network = -1,
                    std::chrono::seconds patience = std::chrono::seconds(60));
/// The same, for programs that must succeed: any other exit code becomes an error with its output.
Result<void> must_run(const std::vector<std::string>& words, int network = -1);

void sleep_ms(std::int64_t time_ms);

}  // namespace cohort::lab
