#include "platform/sim/explore/explorer.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <csignal>
#include <cstdio>
#include <deque>
#include <set>
#include <utility>

#include "platform/base/instrument.h"
#include "platform/base/rng.h"
#include "platform/sim/checkers/checker.h"
#include "platform/sim/explore/arena.h"
#include "platform/sim/explore/shared_search.h"

namespace cohort::sim {

namespace {

std::string text_of(const Choice& choice) {
  const std::string dies =
      choice.dies_after ? fmt::format(", dies after {} effects", *choice.dies_after) : "";
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
    case Choice::Kind::kCrash:
      return fmt::format("site {} dies", choice.site.value);
  }
  return "";
}

/// Of one choice: what it leads to, what the world heard of it, where a death would matter. Those
/// of a state's choices are added up, so their order does not count.
std::uint64_t signature_of(std::uint64_t next, const Taken& taken) {
  return mix64(next ^ mix64(taken.effects ^ mix64(taken.deaths)));
}

/// One worker. The plant lies in the arena, everything else outside of it.
class Walk {
 public:
  Walk(SharedSearch& shared, const ExploreLimits& limits, std::uint32_t worker)
      : shared_(shared), limits_(limits), worker_(worker) {}

  void start(const Scope& scope);

 private:
  /// Everything that can come of the plant as it is, which is used up. `may_die`: the sites whose
  /// death now is something new. Returns its fingerprint.
  std::uint64_t visit(std::uint32_t may_die);
  void expand(std::size_t place);
  Taken visit_after(const Choice& choice, std::uint64_t& signature);
  void visit_deaths(std::uint32_t sites);
  Taken take(const Choice& choice);
  /// Everything that can come next is stepped once more, and has to be what it was at the state
  /// that was seen first; then goes on in one direction.
  void compare(std::size_t place);
  bool due_for_comparison() {
    return limits_.compare_every != 0 && ++seen_again_ % limits_.compare_every == 0;
  }
  /// True where nothing more is to happen in this plant.
  bool judge_if_quiet(const std::vector<Choice>& choices);
  Arena::Copy& keep();

  SharedSearch& shared_;
  const ExploreLimits& limits_;
  std::uint32_t worker_;
  std::size_t depth_ = 0;
  SmallPlant* plant_ = nullptr;
  std::deque<Arena::Copy> copies_;  ///< by depth
  std::set<std::uint64_t> judged_;  ///< histories
  std::uint64_t seen_again_ = 0;
};

void Walk::start(const Scope& scope) {
  instrument::counting() = false;  // counts would lie in the arena
  bool ready = false;
  {
    Arena::Use arena;
    plant_ = new SmallPlant(scope);
    ready = plant_->prepare();
  }
  if (!ready) return shared_.report(worker_, "L1: the small plant does not even start");
  std::uint32_t all = 0;
  for (std::uint32_t site = 1; site <= scope.sites; ++site) all |= 1u << site;
  visit(all);
}

/// A copy of the plant as it is.
Arena::Copy& Walk::keep() {
  if (copies_.size() <= depth_) copies_.resize(depth_ + 1);
  copies_[depth_].take();
  return copies_[depth_];
}

bool Walk::judge_if_quiet(const std::vector<Choice>& choices) {
  if (choices.front().kind != Choice::Kind::kTime) return false;
  const bool over = plant_->time() > plant_->horizon();
  if (!plant_->at_goal() && !over) return false;
  if (over && plant_->owes_progress() && !plant_->at_goal()) {
    shared_.report(worker_, "L1: the plant does not come to rest: " + plant_->unrest());
    return true;
  }
  ++shared_.counts().ends;
  // The checkers know nothing but the histories: the same ones are judged once.
  if (!judged_.insert(plant_->history_fingerprint()).second) return true;
  {
    Arena::Use arena;
    plant_->finish();
  }
  checkers::Suite suite;
  for (const auto& record : plant_->finish()) suite.feed(record);
  for (const auto& violation : suite.finish()) {
    shared_.report(worker_, checkers::to_text(violation));
  }
  return true;
}

Taken Walk::take(const Choice& choice) {
  shared_.set_choice(worker_, depth_, choice);
  ++shared_.counts().steps;
  if (choice.dies_after || choice.kind == Choice::Kind::kCrash) ++shared_.counts().crashes;
  Arena::Use arena;
  return plant_->take(choice);
}

Taken Walk::visit_after(const Choice& choice, std::uint64_t& signature) {
  const Taken taken = take(choice);
  ++depth_;
  const std::uint64_t next = visit(taken.may_die);
  --depth_;
  signature += signature_of(next, taken);
  return taken;
}

std::uint64_t Walk::visit(std::uint32_t may_die) {
  const std::uint64_t fingerprint = plant_->fingerprint();
  if (shared_.stopped()) return fingerprint;
  if (!plant_->crash_left()) may_die = 0;
  const SharedSearch::Entered entered = shared_.enter(fingerprint, may_die);
  if (entered.fresh) {
    keep();
    expand(entered.place);
    visit_deaths(entered.unmarked);
  } else if (!shared_.full()) {
    if (entered.unmarked != 0) {
      keep();
      visit_deaths(entered.unmarked);
      copies_[depth_].put_back();
    }
    if (due_for_comparison()) compare(entered.place);
  }
  return fingerprint;
}

/// Requires: the plant as it is was kept.
void Walk::expand(std::size_t place) {
  std::vector<Choice> choices = plant_->choices();
  if (judge_if_quiet(choices)) return;
  // Two workers begin at the two ends, and meet.
  if (worker_ % 2 == 1) std::reverse(choices.begin(), choices.end());
  std::uint64_t signature = 0;
  const bool mortal = plant_->crash_left();
  for (std::size_t i = 0; i < choices.size() && !shared_.stopped(); ++i) {
    Choice choice = choices[i];
    if (i > 0) copies_[depth_].put_back();
    const Taken taken = visit_after(choice, signature);
    if (!mortal) continue;
    for (std::uint64_t left = taken.deaths; left != 0 && !shared_.stopped(); left &= left - 1) {
      choice.dies_after = static_cast<std::size_t>(std::countr_zero(left));
      std::uint64_t unused = 0;
      copies_[depth_].put_back();
      visit_after(choice, unused);
    }
  }
  if (limits_.compare_every != 0) shared_.set_signature(place, signature);
}

void Walk::visit_deaths(std::uint32_t sites) {
  for (std::uint32_t site = 1; site <= plant_->sites() && !shared_.stopped(); ++site) {
    copies_[depth_].put_back();
    const SiteId id{static_cast<std::uint16_t>(site)};
    if ((sites >> site & 1) == 0 || !plant_->lives(id)) continue;
    std::uint64_t unused = 0;
    Choice death;
    death.kind = Choice::Kind::kCrash;
    death.site = id;
    visit_after(death, unused);
  }
}

void Walk::compare(std::size_t place) {
  const std::uint64_t expected = shared_.signature(place);
  if (expected == 0) return;  // it has not been seen to its end
  const std::vector<Choice> choices = plant_->choices();
  if (choices.front().kind == Choice::Kind::kTime && plant_->at_goal()) return;
  keep();
  std::uint64_t signature = 0;
  for (const Choice& choice : choices) {
    copies_[depth_].put_back();
    const Taken taken = take(choice);
    signature += signature_of(plant_->fingerprint(), taken);
  }
  ++shared_.counts().compared;
  if (std::max<std::uint64_t>(1, signature) != expected) {
    return shared_.report(worker_, "two plants of one fingerprint do not go on in the same way");
  }
  copies_[depth_].put_back();
  take(choices[mix64(seen_again_ + depth_) % choices.size()]);
  ++depth_;
  if (const auto next = shared_.find(plant_->fingerprint())) compare(*next);
  --depth_;
}

Exploration so_far(SharedSearch& shared) {
  Exploration result;
  result.states = shared.counts().states;
  result.steps = shared.counts().steps;
  result.ends = shared.counts().ends;
  result.crashes = shared.counts().crashes;
  result.deepest = shared.counts().deepest;
  result.compared = shared.counts().compared;
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
