#include "platform/sim/explore/explorer.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <utility>

#include "platform/sim/checkers/checker.h"
#include "platform/sim/explore/shared_search.h"

namespace cohort::sim {

namespace {

std::string text_of(const Choice& choice) {
  const std::string dies =
      choice.dies_after ? fmt::format(", dies before effect {}", *choice.dies_after + 1) : "";
  const int channel = static_cast<int>(choice.channel);
  switch (choice.kind) {
    case Choice::Kind::kDeliver:
      return fmt::format("site {} receives from {} on {}{}", choice.site.value, choice.peer.value,
                         channel, dies);
    case Choice::Kind::kStored:
      return fmt::format("site {} has written{}", choice.site.value, dies);
    case Choice::Kind::kLinkDown:
      return fmt::format("site {} loses {} on {}{}", choice.site.value, choice.peer.value, channel,
                         dies);
    case Choice::Kind::kOperation:
      return fmt::format("operation {}{}", choice.operation + 1, dies);
    case Choice::Kind::kCut:
      return fmt::format("the link {}-{} is cut", choice.site.value, choice.peer.value);
    case Choice::Kind::kTime:
      return "time passes";
  }
  return "";
}

/// One worker: a chain of processes of which only the last runs, the others wait for it.
class Walk {
 public:
  Walk(SharedSearch& shared, const ExploreLimits& limits, std::uint32_t worker)
      : shared_(shared), limits_(limits), worker_(worker) {}

  void start(const Scope& scope);

 private:
  /// Everything that can come of the plant as it is. The plant is used up.
  void visit(SmallPlant& plant);
  /// The same in a process of its own, after one choice. Returns the effects of its step.
  std::size_t visit_apart(SmallPlant& plant, const Choice& choice);
  void take(SmallPlant& plant, const Choice& choice);
  /// True where nothing more is to happen in this plant.
  bool judge_if_quiet(SmallPlant& plant, const std::vector<Choice>& choices);

  SharedSearch& shared_;
  const ExploreLimits& limits_;
  std::uint32_t worker_;
  std::size_t depth_ = 0;
};

void Walk::start(const Scope& scope) {
  SmallPlant plant(scope);
  if (!plant.prepare()) return shared_.report(worker_, "L1: the small plant does not even start");
  visit(plant);
}

bool Walk::judge_if_quiet(SmallPlant& plant, const std::vector<Choice>& choices) {
  if (choices.front().kind != Choice::Kind::kTime) return false;
  if (plant.at_goal()) {
    ++shared_.counts().ends;
    checkers::Suite suite;
    for (auto& record : plant.history()) suite.feed(std::move(record));
    for (const auto& violation : suite.finish()) {
      shared_.report(worker_, checkers::to_text(violation));
    }
    return true;
  }
  if (plant.time() <= limits_.end_bound) return false;
  shared_.report(worker_, "L1: the plant does not come to rest: " + plant.unrest());
  return true;
}

void Walk::take(SmallPlant& plant, const Choice& choice) {
  shared_.set_choice(worker_, depth_, choice);
  ++shared_.counts().steps;
  if (choice.dies_after) ++shared_.counts().crashes;
  shared_.set_effects(worker_, depth_, plant.take(choice));
  ++depth_;
}

void Walk::visit(SmallPlant& plant) {
  while (!shared_.stopped() && shared_.enter(plant.fingerprint())) {
    std::vector<Choice> choices = plant.choices();
    if (judge_if_quiet(plant, choices)) return;
    // Two workers begin at the two ends, and meet.
    if (worker_ % 2 == 1) std::reverse(choices.begin(), choices.end());
    const bool may_die = plant.crash_left();
    while (choices.size() > 1 || (may_die && !choices.empty())) {
      const Choice choice = choices.front();
      choices.erase(choices.begin());
      const std::size_t effects = visit_apart(plant, choice);
      const bool steps = choice.kind != Choice::Kind::kCut && choice.kind != Choice::Kind::kTime;
      if (!may_die || !steps || choice.dies_after) continue;
      for (std::size_t i = 0; i < effects; ++i) {
        choices.push_back(choice);
        choices.back().dies_after = i;
      }
    }
    if (choices.empty() || shared_.stopped()) return;
    take(plant, choices.front());
  }
}

std::size_t Walk::visit_apart(SmallPlant& plant, const Choice& choice) {
  if (shared_.stopped()) return 0;
  shared_.set_effects(worker_, depth_, 0);
  const pid_t pid = fork();
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    take(plant, choice);
    visit(plant);
    _exit(0);
  }
  int status = 0;
  if (pid < 0 || waitpid(pid, &status, 0) != pid) {
    shared_.report(worker_, "the exploration cannot fork");
  } else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    shared_.report(worker_, "A1: an assertion or a crash ended the plant");
  }
  return shared_.effects(worker_, depth_);
}

Exploration so_far(SharedSearch& shared) {
  Exploration result;
  result.states = shared.counts().states;
  result.steps = shared.counts().steps;
  result.ends = shared.counts().ends;
  result.crashes = shared.counts().crashes;
  result.deepest = shared.counts().deepest;
  return result;
}

pid_t start_worker(SharedSearch& shared, const Scope& scope, const ExploreLimits& limits,
                   std::uint32_t worker) {
  std::fflush(stdout);
  const pid_t pid = fork();
  if (pid != 0) return pid;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  Walk(shared, limits, worker).start(scope);
  _exit(0);
}

}  // namespace

Exploration explore(const Scope& scope, const ExploreLimits& limits,
                    const std::function<bool(const Exploration&)>& go_on) {
  constexpr int kLookMs = 20;
  SharedSearch shared(limits.states);
  std::vector<pid_t> workers;
  for (std::uint32_t i = 0; i < std::min(limits.jobs, SharedSearch::kWorkers); ++i) {
    workers.push_back(start_worker(shared, scope, limits, i));
  }
  while (!workers.empty()) {
    int status = 0;
    const pid_t ended = waitpid(workers.back(), &status, WNOHANG);
    if (ended == 0) {
      if (!go_on(so_far(shared))) shared.stop();
      poll(nullptr, 0, kLookMs);
      continue;
    }
    if (ended < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
      const auto worker = static_cast<std::uint32_t>(workers.size() - 1);
      shared.report(worker, "A1: an assertion or a crash ended the plant");
    }
    workers.pop_back();
  }
  Exploration result = so_far(shared);
  result.violation = shared.reported();
  result.complete = !shared.full() && !shared.stopped();
  if (result.violation.empty()) return result;
  for (const Choice& choice : shared.path(shared.reporter())) {
    result.path.push_back(text_of(choice));
  }
  return result;
}

}  // namespace cohort::sim
