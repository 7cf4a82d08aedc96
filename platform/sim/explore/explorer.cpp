#include "platform/sim/explore/explorer.h"

#include <fmt/format.h>

#include <memory>
#include <unordered_set>
#include <utility>

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

class Explorer {
 public:
  Explorer(const Scope& scope, const ExploreLimits& limits,
           const std::function<bool(const Exploration&)>& go_on)
      : scope_(scope), limits_(limits), go_on_(go_on) {}

  Exploration run();

 private:
  struct Frame {
    std::vector<Choice> choices;
    std::size_t next = 0;
  };

  bool restart();
  /// Down to a state that was seen, an end, or a violation.
  void descend();
  bool backtrack();
  void end_here();
  void found(std::string property, std::string text);

  const Scope& scope_;
  const ExploreLimits& limits_;
  const std::function<bool(const Exploration&)>& go_on_;
  std::unique_ptr<SmallPlant> plant_;
  std::vector<Frame> path_;                 ///< of each: choices[next - 1] has been taken
  std::unordered_set<std::uint64_t> seen_;  // only asked, never walked through
  Exploration result_;
};

/// The plant at the end of the path, made anew.
bool Explorer::restart() {
  plant_ = std::make_unique<SmallPlant>(scope_);
  if (!plant_->prepare()) {
    found("L1", "the small plant does not even start");
    return false;
  }
  for (const Frame& frame : path_) {
    (void)plant_->take(frame.choices[frame.next - 1]);
    ++result_.steps;
  }
  return true;
}

void Explorer::found(std::string property, std::string text) {
  result_.violations.push_back({std::move(property), std::move(text), {}});
}

void Explorer::end_here() {
  ++result_.ends;
  checkers::Suite suite;
  for (auto& record : plant_->history()) suite.feed(std::move(record));
  for (auto& violation : suite.finish()) result_.violations.push_back(std::move(violation));
}

void Explorer::descend() {
  while (result_.violations.empty() && result_.states < limits_.states) {
    if (!seen_.insert(plant_->fingerprint()).second) return;
    ++result_.states;
    result_.deepest = std::max<std::uint64_t>(result_.deepest, path_.size());
    if (result_.states % 1024 == 0 && !go_on_(result_)) return;
    Frame frame{plant_->choices(), 1};
    const bool quiet = frame.choices.front().kind == Choice::Kind::kTime;
    if (quiet && plant_->at_goal()) return end_here();
    if (quiet && plant_->time() > limits_.end_bound) {
      return found("L1", "the plant does not come to rest: " + plant_->unrest());
    }
    const bool may_die = !quiet && plant_->crash_left();
    const Choice first = frame.choices.front();
    const std::size_t effects = plant_->take(first);
    ++result_.steps;
    for (std::size_t i = 0; may_die && i < effects; ++i) {
      frame.choices.push_back(first);
      frame.choices.back().dies_after = i;
    }
    path_.push_back(std::move(frame));
  }
}

/// To the next choice that has not been taken; false where there is none.
bool Explorer::backtrack() {
  while (!path_.empty() && path_.back().next >= path_.back().choices.size()) path_.pop_back();
  if (path_.empty()) return false;
  Frame& last = path_.back();
  ++last.next;
  const Choice choice = last.choices[last.next - 1];
  // The last of the path is taken apart from the others: its effects tell where it may die.
  --last.next;
  Frame kept = std::move(path_.back());
  path_.pop_back();
  if (!restart()) return false;
  const bool may_die = plant_->crash_left() && !choice.dies_after &&
                       choice.kind != Choice::Kind::kCut && choice.kind != Choice::Kind::kTime;
  const std::size_t effects = plant_->take(choice);
  ++result_.steps;
  for (std::size_t i = 0; may_die && i < effects; ++i) {
    kept.choices.push_back(choice);
    kept.choices.back().dies_after = i;
  }
  if (choice.dies_after) ++result_.crashes;
  ++kept.next;
  path_.push_back(std::move(kept));
  return true;
}

Exploration Explorer::run() {
  bool more = restart();
  while (more && result_.violations.empty() && result_.states < limits_.states && go_on_(result_)) {
    descend();
    if (!result_.violations.empty()) break;
    more = backtrack();
  }
  result_.complete = !more && result_.violations.empty();
  if (!result_.violations.empty()) {
    for (const Frame& frame : path_) {
      result_.path.push_back(text_of(frame.choices[frame.next - 1]));
    }
  }
  return result_;
}

}  // namespace

Exploration explore(const Scope& scope, const ExploreLimits& limits,
                    const std::function<bool(const Exploration&)>& go_on) {
  return Explorer(scope, limits, go_on).run();
}

}  // namespace cohort::sim
