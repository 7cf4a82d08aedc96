#include "platform/sim/scenario/player.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "platform/base/instrument.h"
#include "platform/base/instrument_run.h"
#include "platform/sim/tool_worker.h"

namespace cohort::sim {

namespace {

constexpr Duration kRestBound = seconds(90);
constexpr Duration kJoinBound = seconds(20);
constexpr Duration kLook = millis(50);
constexpr Duration kSettle = seconds(2);
constexpr std::uint64_t kEventBound = 4'000'000;

/// The digits at the end of a tool's name choose its random numbers: "t7".
std::uint64_t number_in(const std::string& name) {
  std::uint64_t number = 0;
  for (const char c : name) {
    number = c >= '0' && c <= '9' ? number * 10 + static_cast<std::uint64_t>(c - '0') : 0;
  }
  return number;
}

bool wants_traces(const Scenario& scenario) {
  return std::any_of(scenario.steps.begin(), scenario.steps.end(), [](const Step& step) {
    return step.condition.fact == Fact::kTrace || step.trigger.condition.fact == Fact::kTrace;
  });
}

}  // namespace

Player::Player(const Scenario& scenario, const std::function<void(const std::string&)>& trace_sink)
    : scenario_(scenario), world_(scenario.options), faults_(world_), observer_(world_) {
  const bool keep = wants_traces(scenario);
  world_.trace_sink = [this, keep, trace_sink](const std::string& line) {
    if (keep) traces_.push_back(line);
    if (trace_sink) trace_sink(line);
  };
  world_.on_step = [this](SiteId site, const core::Input& input, const core::Effects& effects) {
    on_step(site, input, effects);
  };
}

Player::~Player() = default;

void Player::run() {
  if (scenario_.sites_start) {
    for (const auto& [id, site] : world_.sites()) site->start();
  }
  for (const Step& step : scenario_.steps) begin_step(step);
  finish();
}

void Player::begin_step(const Step& step) {
  const Duration now = world_.queue().now();
  switch (step.kind) {
    case Step::Kind::kDo:
      return perform(step);
    case Step::Kind::kAt:
      return world_.queue().at(step.time, [this, &step] { perform(step); });
    case Step::Kind::kAfter:
      return world_.queue().after(step.time, [this, &step] { perform(step); });
    case Step::Kind::kWhen:
      return arm(step);
    case Step::Kind::kRun:
      advance(now + step.time, nullptr);
      return;
    case Step::Kind::kRunTo:
      advance(step.time, nullptr);
      return;
    case Step::Kind::kGroup:
      return make_group(step);
    case Step::Kind::kExpect:
      return expect(step);
  }
}

void Player::fail(const Step& step, const std::string& what) {
  failures_.push_back(fmt::format("{}:{}: {}: {}", scenario_.file, step.line, step.text, what));
}

void Player::perform(const Step& step) {
  if (!perform_action(step.action) && !scenario_.lenient) {
    fail(step,
         "this cannot be done now: the process is not there, its site is down, or nobody "
         "knows the group");
  }
}

bool Player::perform_action(const Action& action) {
  if (action.verb <= Verb::kCpu) {
    faults_.apply(action);
    return true;
  }
  if (action.verb == Verb::kStartProcess || action.verb == Verb::kStartTool) {
    return start_process(action);
  }
  const auto actor = actors_.find(action.process);
  if (actor == actors_.end() || !actor->second->open()) return false;
  if (action.verb != Verb::kCrashProcess) return actor->second->perform(action);
  actor->second->die();
  return true;
}

bool Player::start_process(const Action& action) {
  const SiteId site = action.sites.front();
  if (site.value > scenario_.options.sites || !world_.site(site).up()) return false;
  std::shared_ptr<Actor> actor;
  if (action.verb == Verb::kStartTool) {
    actor = std::make_shared<ToolWorker>(world_, site, number_in(action.process), true);
  } else {
    actor = std::make_shared<ScriptClient>(world_, directory_, site, action.process);
  }
  actors_[action.process] = actor;
  return actor->connect();
}

void Player::make_group(const Step& step) {
  for (const std::string& process : step.processes) {
    Action join;
    join.verb = Verb::kJoin;
    join.process = process;
    join.names = {step.group};
    Condition member;
    member.fact = Fact::kMember;
    member.process = process;
    member.labels = {step.group};
    if (!perform_action(join) || !advance(world_.queue().now() + kJoinBound, &member)) {
      fail(step, process + " does not become a member");
    }
  }
}

void Player::expect(const Step& step) {
  const bool held = step.time == Duration{0}
                        ? holds(step.condition)
                        : advance(world_.queue().now() + step.time, &step.condition);
  if (!held) fail(step, seen(step.condition));
}

/// Runs events up to the time, or until the condition holds; true if it does.
bool Player::advance(Duration end, const Condition* until) {
  if (until != nullptr && holds(*until)) return true;
  const auto over = std::make_shared<bool>(false);
  world_.queue().at(end, [over] { *over = true; });
  while (!*over && world_.queue().executed() < kEventBound && world_.step()) {
    after_event();
    if (until != nullptr && holds(*until)) return true;
  }
  return false;
}

/// The faults are over: everything starts, comes to rest, says goodbye, and comes to rest again.
void Player::finish() {
  armed_.clear();
  if (!scenario_.must_rest) return;
  faults_.end_all();
  for (const auto& [id, site] : world_.sites()) site->start();
  for (const auto& [name, actor] : actors_) actor->stop_acting();
  for (const bool last : {false, true}) {
    if (last) {
      for (const auto& [name, actor] : actors_) actor->say_goodbye();
    }
    if (!come_to_rest()) {
      violations_.push_back(
          {"L1", "the plant does not come to rest after the last fault: " + unrest(), {}});
      return;
    }
  }
  advance(world_.queue().now() + kSettle, nullptr);
  for (const auto& [name, actor] : actors_) {
    if (actor->open()) actor->run_over();
  }
}

bool Player::come_to_rest() {
  const Duration end = world_.queue().now() + kRestBound;
  while (world_.queue().now() < end && world_.queue().executed() < kEventBound) {
    if (unrest().empty()) return true;
    advance(world_.queue().now() + kLook, nullptr);
  }
  return false;
}

std::string Player::unrest() {
  std::string text;
  for (const auto& [id, site] : world_.sites()) {
    const std::string one = unrest_of(id);
    if (!one.empty()) text += (text.empty() ? "" : "; ") + one;
  }
  return text;
}

std::string Player::unrest_of(SiteId id) {
  if (!world_.site(id).up()) return fmt::format("site {} is down", id.value);
  if (is_witness(scenario_.options, id)) return "";  // it is in the view that the others see
  bool any = false;
  for (const auto& [name, actor] : actors_) {
    if (actor->site() != id || !actor->open()) continue;
    any = true;
    if (!actor->welcomed() || !actor->idle()) return actor->pending_text();
    const auto& members = actor->sites().members;
    const bool all = members.size() == world_.sites().size() &&
                     std::all_of(members.begin(), members.end(), [this](SiteLife life) {
                       return world_.site(life.site).life() == life;
                     });
    if (!all) {
      return fmt::format("site {} sees site view {} of {}", id.value, actor->sites().number,
                         members.size());
    }
  }
  if (any) return "";
  // Somebody has to look at the plant from each site.
  Action look;
  look.verb = Verb::kStartProcess;
  look.process = fmt::format("observer-{}-{}", id.value, world_.site(id).life().incarnation.value);
  look.sites = {id};
  (void)start_process(look);
  return fmt::format("site {} has no process yet", id.value);
}

bool PlayResult::ok(const Scenario& scenario) const {
  if (!failures.empty()) return false;
  if (scenario.violates.empty()) return run.violations.empty();
  return std::any_of(run.violations.begin(), run.violations.end(), [&](const auto& violation) {
    return violation.property == scenario.violates;
  });
}

PlayResult play(const Scenario& scenario, const std::function<void(const std::string&)>& trace_sink,
                bool keep_history) {
  instrument::probes().clear();
  instrument::active_mutant() = scenario.mutant;
  instrument::buggify_state() = {scenario.options.seed, scenario.options.buggify, {}};
  PlayResult result;
  Player player(scenario, trace_sink);
  player.run();
  result.failures = std::move(player.failures());
  result.run = judge(player.world(), std::move(player.violations()), keep_history);
  result.run.seed = scenario.options.seed;
  instrument::active_mutant().clear();
  return result;
}

}  // namespace cohort::sim
