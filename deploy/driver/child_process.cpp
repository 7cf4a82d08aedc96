#include "deploy/driver/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <set>

namespace cohort::deploy {
namespace {

/// The child's side between fork and exec: only calls that are safe there.
[[noreturn]] void become(const char* program, char** arguments, char** environment, int log_file,
                         pid_t group, pid_t parent) {
  setpgid(0, group);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);  // it died before the line above
  for (int number = 1; number < NSIG; ++number) signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  dup2(nothing, STDIN_FILENO);
  dup2(log_file, STDOUT_FILENO);
  dup2(log_file, STDERR_FILENO);
  execve(program, arguments, environment);
  _exit(127);
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

std::vector<std::string> whole_environment(const std::vector<std::string>& more) {
  std::vector<std::string> all;
  std::set<std::string> replaced;
  for (const std::string& text : more) replaced.insert(text.substr(0, text.find('=')));
  for (char** at = environ; *at != nullptr; ++at) {
    const std::string text(*at);
    if (!replaced.contains(text.substr(0, text.find('=')))) all.push_back(text);
  }
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

void pause_ms(int ms) {
  const timespec time{ms / 1000, (ms % 1000) * 1'000'000L};
  nanosleep(&time, nullptr);
}

}  // namespace

ChildProcesses::~ChildProcesses() {
  stop_all(0);
}

Result<pid_t> ChildProcesses::start(const Command& command) {
  if (access(command.program.c_str(), X_OK) != 0) {
    return make_error(Errc::kIo, fmt::format("cannot run {}: {}; build it first",
                                             command.program.string(), std::strerror(errno)));
  }
  const int log_file = open(command.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (log_file < 0) {
    return make_error(
        Errc::kIo, fmt::format("cannot write {}: {}", command.log.string(), std::strerror(errno)));
  }
  std::vector<std::string> words{command.program.string()};
  words.insert(words.end(), command.arguments.begin(), command.arguments.end());
  std::vector<std::string> settings = whole_environment(command.environment);
  const std::vector<char*> arguments = pointers(words);
  const std::vector<char*> environment = pointers(settings);
  const pid_t parent = getpid();
  // No signal may reach the child while it still has this process's handlers.
  sigset_t every;
  sigset_t before;
  sigfillset(&every);
  sigprocmask(SIG_SETMASK, &every, &before);
  const pid_t child = fork();
  if (child == 0) {
    become(words[0].c_str(), const_cast<char**>(arguments.data()),
           const_cast<char**>(environment.data()), log_file, command.group, parent);
  }
  const int failure = errno;
  sigprocmask(SIG_SETMASK, &before, nullptr);
  close(log_file);
  if (child < 0) {
    return make_error(Errc::kIo, fmt::format("cannot start {}: {}", command.program.string(),
                                             std::strerror(failure)));
  }
  setpgid(child, command.group);  // the child does it too: whoever comes first
  running_[child] = command.group == 0 ? child : command.group;
  return child;
}

void ChildProcesses::reap() {
  for (auto at = running_.begin(); at != running_.end();) {
    int status = 0;
    if (waitpid(at->first, &status, WNOHANG) != at->first) {
      ++at;
      continue;
    }
    Ending ending;
    if (WIFSIGNALED(status)) ending.signal = WTERMSIG(status);
    if (WIFEXITED(status)) ending.exit_code = WEXITSTATUS(status);
    ended_[at->first] = ending;
    at = running_.erase(at);
  }
}

std::optional<Ending> ChildProcesses::ending(pid_t child) const {
  const auto found = ended_.find(child);
  return found == ended_.end() ? std::nullopt : std::optional(found->second);
}

void ChildProcesses::signal_group(pid_t group, int signal) {
  for (const auto& [child, its_group] : running_) {
    if (its_group != group) continue;
    kill(-group, signal);
    return;
  }
}

void ChildProcesses::stop_all(int grace_ms) {
  reap();
  std::set<pid_t> groups;
  for (const auto& [child, group] : running_) groups.insert(group);
  for (const pid_t group : groups) signal_group(group, SIGTERM);
  constexpr int kStepMs = 20;
  for (int waited = 0; waited < grace_ms && !running_.empty(); waited += kStepMs) {
    pause_ms(kStepMs);
    reap();
  }
  for (const pid_t group : groups) kill(-group, SIGKILL);
  while (!running_.empty()) {
    reap();
    pause_ms(kStepMs);
  }
}

std::string to_string(const Ending& ending) {
  if (ending.signal == 0) return fmt::format("exit code {}", ending.exit_code);
  return fmt::format("killed by signal {} ({})", ending.signal, strsignal(ending.signal));
}

}  // namespace cohort::deploy
