#include "services/app/posix_runner.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace cohort::services::app {

namespace {

struct NamedSignal {
  const char* name;
  int number;
};
constexpr std::array<NamedSignal, 5> kSignals{{{"TERM", SIGTERM},
                                               {"KILL", SIGKILL},
                                               {"STOP", SIGSTOP},
                                               {"CONT", SIGCONT},
                                               {"USR2", SIGUSR2}}};

constexpr int kExecFailed = 127;

/// In the child, between fork and exec: only calls that are safe there.
[[noreturn]] void become(char* const* arguments, int output, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(kExecFailed);  // it died before it could be watched
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int number : {SIGTERM, SIGINT, SIGPIPE, SIGCHLD, SIGHUP}) ::signal(number, SIG_DFL);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  execv(arguments[0], arguments);
  _exit(kExecFailed);
}

Error failed(const std::string& what, const std::string& of) {
  return Error{Errc::kIo, fmt::format("{} {}: {}", what, of, std::strerror(errno))};
}

}  // namespace

PosixRunner::PosixRunner(std::filesystem::path output_directory)
    : output_directory_(std::move(output_directory)) {}

Result<std::uint64_t> PosixRunner::start(const remote_execution::Registered& program) {
  std::error_code ignored;
  std::filesystem::create_directories(output_directory_, ignored);
  const std::string output = (output_directory_ / (program.service + ".out")).string();
  const int file = open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (file < 0) return std::unexpected(failed("cannot write", output));
  std::vector<std::string> words{program.program};
  words.insert(words.end(), program.arguments.begin(), program.arguments.end());
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child == 0) become(arguments.data(), file, parent);
  close(file);
  if (child < 0) return std::unexpected(failed("cannot start", program.program));
  running_.insert(static_cast<std::uint64_t>(child));
  return static_cast<std::uint64_t>(child);
}

Result<void> PosixRunner::signal(std::uint64_t unix_pid, const std::string& name) {
  for (const NamedSignal& known : kSignals) {
    if (name != known.name) continue;
    if (!running_.contains(unix_pid)) {
      return make_error(Errc::kRefused, fmt::format("pid {} is not running", unix_pid));
    }
    if (kill(static_cast<pid_t>(unix_pid), known.number) == 0) return {};
    return std::unexpected(failed("cannot signal", std::to_string(unix_pid)));
  }
  return make_error(Errc::kInvalidArgument,
                    fmt::format("no signal '{}'; allowed: TERM, KILL, STOP, CONT, USR2", name));
}

std::vector<remote_execution::Ended> PosixRunner::collect_ended() {
  std::vector<remote_execution::Ended> ended;
  for (auto at = running_.begin(); at != running_.end();) {
    int status = 0;
    if (waitpid(static_cast<pid_t>(*at), &status, WNOHANG) != static_cast<pid_t>(*at)) {
      ++at;
      continue;
    }
    remote_execution::Ended end;
    end.unix_pid = *at;
    if (WIFSIGNALED(status)) end.signal = WTERMSIG(status);
    if (WIFEXITED(status)) end.exit_code = WEXITSTATUS(status);
    ended.push_back(end);
    at = running_.erase(at);
  }
  return ended;
}

}  // namespace cohort::services::app
