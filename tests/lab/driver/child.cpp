#include "lab/driver/child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace cohort::lab {

namespace {

constexpr int kStep_ms = 10;

struct Descriptors {
  int input = -1;
  int output = -1;
  int error = -1;
};

/// The child's side between fork and exec: only calls that are safe there.
[[noreturn]] void become(char** words, char** environment, const Descriptors& its, int network,
                         pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);  // it died before the line above
  if (network >= 0 && setns(network, CLONE_NEWNET) != 0) _exit(126);
  for (int number = 1; number < NSIG; ++number) signal(number, SIG_DFL);
  dup2(its.input, STDIN_FILENO);
  dup2(its.output, STDOUT_FILENO);
  dup2(its.error, STDERR_FILENO);
  execvpe(words[0], words, environment);
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
  for (char** at = environ; *at != nullptr; ++at) all.emplace_back(*at);
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

std::unexpected<Error> io_error(const std::string& what) {
  return make_error(Errc::kIo, fmt::format("{}: {}", what, std::strerror(errno)));
}

}  // namespace

std::string to_string(const Ending& ending) {
  if (ending.signal == 0) return fmt::format("exit code {}", ending.exit_code);
  return fmt::format("killed by signal {} ({})", ending.signal, strsignal(ending.signal));
}

void sleep_ms(std::int64_t time_ms) {
  const timespec time{time_ms / 1000, (time_ms % 1000) * 1'000'000L};
  nanosleep(&time, nullptr);
}

Result<std::unique_ptr<Child>> Child::start(const Launch& launch) {
  std::vector<std::string> words = launch.words;
  std::vector<std::string> settings = whole_environment(launch.environment);
  const std::vector<char*> arguments = pointers(words);
  const std::vector<char*> environment = pointers(settings);
  std::array<int, 2> in{};
  std::array<int, 2> out{};
  if (pipe2(in.data(), O_CLOEXEC) != 0 || pipe2(out.data(), O_CLOEXEC) != 0) {
    return io_error("no pipe for " + words[0]);
  }
  fcntl(out[0], F_SETFL, O_NONBLOCK);
  fcntl(in[1], F_SETFL, O_NONBLOCK);
  Descriptors its{in[0], out[1], out[1]};
  if (!launch.log.empty()) {
    its.error = open(launch.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (its.error < 0) return io_error("cannot write " + launch.log.string());
  }
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child == 0) {
    become(const_cast<char**>(arguments.data()), const_cast<char**>(environment.data()), its,
           launch.network, parent);
  }
  close(in[0]);
  close(out[1]);
  if (its.error != out[1]) close(its.error);
  if (child < 0) return io_error("cannot start " + words[0]);
  return std::unique_ptr<Child>(new Child(child, in[1], out[0]));
}

Child::~Child() {
  if (running()) {
    kill(pid_, SIGKILL);
    while (running()) sleep_ms(kStep_ms);
  }
  close(input_);
  close(output_);
}

bool Child::running() {
  return !ending();
}

std::optional<Ending> Child::ending() {
  if (ending_) return ending_;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
  Ending ending;
  if (WIFSIGNALED(status)) ending.signal = WTERMSIG(status);
  if (WIFEXITED(status)) ending.exit_code = WEXITSTATUS(status);
  ending_ = ending;
  return ending_;
}

void Child::signal(int number) {
  if (running()) kill(pid_, number);
}

bool Child::tell(const std::string& line) {
  const std::string text = line + "\n";
  return write(input_, text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

std::vector<std::string> Child::lines() {
  std::array<char, 4096> piece;
  for (ssize_t count; (count = read(output_, piece.data(), piece.size())) > 0;) {
    buffer_.append(piece.data(), static_cast<std::size_t>(count));
  }
  std::vector<std::string> complete;
  for (std::size_t end; (end = buffer_.find('\n')) != std::string::npos;) {
    complete.push_back(buffer_.substr(0, end));
    buffer_.erase(0, end + 1);
  }
  return complete;
}

bool Child::wait(std::chrono::milliseconds patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (running()) {
    if (std::chrono::steady_clock::now() > end) return false;
    sleep_ms(kStep_ms);
  }
  return true;
}

Result<Outcome> run(const std::vector<std::string>& words, int network,
                    std::chrono::seconds patience) {
  Launch launch;
  launch.words = words;
  launch.network = network;
  const auto child = Child::start(launch);
  if (!child) return std::unexpected(child.error());
  Outcome outcome;
  const auto end = std::chrono::steady_clock::now() + patience;
  bool over = false;
  while (!over) {
    over = !(*child)->running();
    for (const std::string& line : (*child)->lines()) outcome.output += line + "\n";
    if (over) break;
    if (std::chrono::steady_clock::now() > end) {
      outcome.exit_code = 124;
      return outcome;
    }
    sleep_ms(kStep_ms);
  }
  const Ending ending = *(*child)->ending();
  outcome.exit_code = ending.signal != 0 ? 128 + ending.signal : ending.exit_code;
  return outcome;
}

Result<void> must_run(const std::vector<std::string>& words, int network) {
  const auto outcome = run(words, network);
  if (!outcome) return std::unexpected(outcome.error());
  if (outcome->exit_code == 0) return {};
  return make_error(Errc::kIo, fmt::format("'{}' ended with {}: {}", fmt::join(words, " "),
                                           outcome->exit_code, outcome->output));
}

}  // namespace cohort::lab
