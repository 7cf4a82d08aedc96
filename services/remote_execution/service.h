/// The member of remote execution at one site: starts, stops, signals and lists registered
/// programs.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "platform/base/result.h"
#include "platform/client/process.h"
#include "services/member/service_member.h"
#include "services/remote_execution/path_watch.h"

namespace cohort::services::remote_execution {

/// A program that may be started here.
struct Registered {
  std::string service;  ///< what requests call it
  std::string program;  ///< the executable
  std::vector<std::string> arguments;
};

/// How a program ended: by itself, or by a signal (then `signal` is not 0).
struct Ended {
  std::uint64_t unix_pid = 0;
  int exit_code = 0;
  int signal = 0;
};

/// The operating system's side. Single-threaded.
class ProgramRunner {
 public:
  virtual ~ProgramRunner() = default;
  /// Returns the Unix pid. Errors: kIo. The program dies when this process does.
  virtual Result<std::uint64_t> start(const Registered& program) = 0;
  /// Errors: kInvalidArgument (no such signal), kIo.
  virtual Result<void> signal(std::uint64_t unix_pid, const std::string& name) = 0;
  /// The programs that have ended since the last call.
  virtual std::vector<Ended> collect_ended() = 0;
};

class RemoteExecution {
 public:
  /// Requires: before process.connect(); process and runner outlive it.
  RemoteExecution(client::Process& process, MemberOptions options, std::vector<Registered> programs,
                  ProgramRunner& runner);

  /// Joins the group, then starts every registered program. Errors: those of ServiceMember::join.
  task::Task<Result<void>> start();

 private:
  struct Program {
    Registered registered;
    std::uint64_t unix_pid = 0;  ///< 0: does not run
    std::uint32_t starts = 0;
    bool stopped = false;  ///< on purpose: only a person starts it again
    WallTime started;
    Ended last_end;
  };

  task::Task<void> answer_start(client::Delivery request);
  task::Task<void> answer_stop(client::Delivery request);
  task::Task<void> answer_signal(client::Delivery request);
  task::Task<void> answer_list(client::Delivery request);
  task::Task<void> watch();
  task::Task<void> watch_paths();

  Result<client::Message> start_program(Program& program);
  Result<client::Message> signal_program(const std::string& service, const std::string& name);
  Result<Program*> find(const std::string& service);
  void collect();
  void answer(const client::Delivery& request, const Result<client::Message>& result);
  client::Message describe(const Program& program) const;

  ServiceMember member_;
  std::map<std::string, Program> programs_;
  std::vector<std::string> order_;  ///< of the first start
  ProgramRunner& runner_;
  PathWatch paths_;
};

}  // namespace cohort::services::remote_execution
