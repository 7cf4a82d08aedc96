#include "platform/sim/app/batch.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

#include "platform/base/rng.h"
#include "platform/sim/app/outcome.h"

namespace cohort::sim::app {

namespace {

using nlohmann::json;

struct Job {
  pid_t pid = -1;
  int pipe = -1;
  std::string buffer;
  std::uint64_t at = 0;    ///< the seed that it runs now
  std::uint64_t next = 0;  ///< the seed after that
};

void write_all(int pipe, std::string line) {
  line += '\n';
  for (std::size_t done = 0; done < line.size();) {
    const ssize_t count = write(pipe, line.data() + done, line.size() - done);
    if (count > 0) {
      done += static_cast<std::size_t>(count);
    } else if (errno != EINTR) {
      _exit(3);
    }
  }
}

json run_one(const Batch& batch, std::uint64_t seed) {
  RunSettings settings;
  settings.seed = seed;
  settings.profile = batch.profile;
  settings.mutant = batch.mutant;
  const RunResult result = run_seed(settings);
  json outcome = to_json(result);
  const double dice = static_cast<double>(mix64(seed) >> 11) * 0x1.0p-53;
  if (dice < batch.twice && run_seed(settings).digest != result.digest) {
    outcome["violations"].push_back(
        {{"property", "H2"},
         {"text", "two runs of the seed differ: " + first_difference(settings)},
         {"witness", json::array()}});
  }
  return outcome;
}

[[noreturn]] void job_main(const Batch& batch, std::uint64_t first, int pipe) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (std::uint64_t seed = first; seed <= batch.last; seed += batch.jobs) {
    write_all(pipe, json{{"begin", seed}}.dump());
    write_all(pipe, run_one(batch, seed).dump());
  }
  _exit(0);
}

void start(const Batch& batch, Job& job, std::uint64_t first) {
  int ends[2];
  job.next = first;
  job.at = 0;
  job.buffer.clear();
  if (pipe(ends) != 0) return;
  job.pid = fork();
  if (job.pid == 0) {
    close(ends[0]);
    job_main(batch, first, ends[1]);
  }
  close(ends[1]);
  job.pipe = ends[0];
}

void stop(Job& job) {
  if (job.pid > 0) {
    kill(job.pid, SIGKILL);
    waitpid(job.pid, nullptr, 0);
  }
  if (job.pipe >= 0) close(job.pipe);
  job = Job{};
}

/// Handles the complete lines of a job; false: the batch is to end.
bool take_lines(Job& job, const std::function<bool(const json&)>& on_outcome) {
  std::size_t end = 0;
  while ((end = job.buffer.find('\n')) != std::string::npos) {
    const json line = json::parse(job.buffer.substr(0, end));
    job.buffer.erase(0, end + 1);
    if (line.contains("begin")) {
      job.at = line.at("begin");
      continue;
    }
    job.at = 0;
    if (!on_outcome(line)) return false;
  }
  return true;
}

/// The job's process has ended: for good, or within a seed.
bool take_end(const Batch& batch, Job& job, const std::function<bool(const json&)>& on_outcome) {
  int status = 0;
  waitpid(job.pid, &status, 0);
  close(job.pipe);
  const std::uint64_t died_at = job.at;
  job = Job{};
  if (died_at == 0) return true;
  const std::string how = WIFSIGNALED(status) ? fmt::format("signal {}", WTERMSIG(status))
                                              : fmt::format("exit {}", WEXITSTATUS(status));
  const json violation{{"property", "A1"},
                       {"text", "an assertion or a crash ended the run: " + how},
                       {"witness", json::array()}};
  const bool go_on = on_outcome({{"seed", died_at}, {"violations", json::array({violation})}});
  if (go_on && died_at + batch.jobs <= batch.last) start(batch, job, died_at + batch.jobs);
  return go_on;
}

bool read_from(const Batch& batch, Job& job, const std::function<bool(const json&)>& on_outcome) {
  char buffer[65536];
  const ssize_t count = read(job.pipe, buffer, sizeof buffer);
  if (count < 0 && errno == EINTR) return true;
  if (count <= 0) return take_end(batch, job, on_outcome);
  job.buffer.append(buffer, static_cast<std::size_t>(count));
  return take_lines(job, on_outcome);
}

}  // namespace

void run_batch(const Batch& batch, const std::function<bool(const json&)>& on_outcome) {
  std::vector<Job> jobs(batch.jobs);
  for (std::uint32_t i = 0; i < batch.jobs; ++i) {
    if (batch.first + i <= batch.last) start(batch, jobs[i], batch.first + i);
  }
  for (bool go_on = true; go_on;) {
    std::vector<pollfd> waiting;
    std::vector<std::size_t> which;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      if (jobs[i].pid <= 0) continue;
      waiting.push_back({jobs[i].pipe, POLLIN, 0});
      which.push_back(i);
    }
    if (waiting.empty()) break;
    poll(waiting.data(), waiting.size(), -1);
    for (std::size_t i = 0; i < waiting.size() && go_on; ++i) {
      if (waiting[i].revents != 0) go_on = read_from(batch, jobs[which[i]], on_outcome);
    }
  }
  for (Job& job : jobs) stop(job);
}

}  // namespace cohort::sim::app
