#include "platform/sim/app/apart.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <string>

namespace cohort::sim::app {

namespace {

[[noreturn]] void work_and_exit(const std::function<nlohmann::json()>& work, int pipe,
                                unsigned most_seconds) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  alarm(most_seconds);
  const std::string text = work().dump();
  std::fflush(stdout);
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t count = write(pipe, text.data() + done, text.size() - done);
    if (count <= 0) _exit(3);
    done += static_cast<std::size_t>(count);
  }
  _exit(0);
}

}  // namespace

std::optional<nlohmann::json> run_apart(const std::function<nlohmann::json()>& work,
                                        unsigned most_seconds) {
  int ends[2];
  if (pipe(ends) != 0) return std::nullopt;
  std::fflush(stdout);
  const pid_t pid = fork();
  if (pid == 0) {
    close(ends[0]);
    work_and_exit(work, ends[1], most_seconds);
  }
  close(ends[1]);
  std::string text;
  char buffer[65536];
  for (ssize_t count = 0; (count = read(ends[0], buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(count));
  }
  close(ends[0]);
  int status = 0;
  waitpid(pid, &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return std::nullopt;
  return nlohmann::json::parse(text);
}

}  // namespace cohort::sim::app
