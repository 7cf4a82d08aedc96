#include "platform/sim/tool_worker.h"

#include <utility>

#include "platform/base/limits.h"
#include "platform/sim/decide.h"
#include "platform/tools/group_rpc.h"

namespace cohort::sim {

namespace {

constexpr std::uint32_t kUnderWayMost = 12;
constexpr std::size_t kLargeState = 150'000;  ///< five blocks of a transfer

/// Counts an action as long as its coroutine lives.
class UnderWay {
 public:
  explicit UnderWay(std::uint32_t& count) : count_(count) { ++count_; }
  UnderWay(const UnderWay&) = delete;
  UnderWay& operator=(const UnderWay&) = delete;
  ~UnderWay() { --count_; }

 private:
  std::uint32_t& count_;
};

}  // namespace

ToolWorker::ToolWorker(World& world, SiteId site, std::uint64_t number, bool scripted)
    : world_(world),
      site_(site),
      number_(number),
      rng_(decide(world.options().seed, {0x746f6f6c, number})),
      scripted_(scripted) {}

bool ToolWorker::connect() {
  port_ = world_.site(site_).connect();
  if (!port_) return false;
  const MonotonicTime now{world_.queue().now()};
  scheduler_.run(now);
  scheduler_.on_ready = [this] { plan_pump(world_.queue().now()); };
  process_ = std::make_unique<client::Process>(*port_, scheduler_,
                                               "tool worker " + std::to_string(number_), number_);
  client::Tooling(*process_).record_history(
      [this](const wire::HistoryRecord& record) { hear(record); });
  port_->on_go_on = [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->pump();
  };
  const std::size_t ballast = rng_.chance(0.5) ? kLargeState : 100;
  ledger_.emplace(*process_, rng_.fork("ledger"), ballast);
  drive_link();
  scheduler_.spawn(live());
  return true;
}

/// What the library says: the tools' words are part of the history, and the watch with the common
/// clock judges when deliveries are handled and actions begun.
void ToolWorker::hear(const wire::HistoryRecord& record) {
  const bool begins = record.text == "cc.act";
  if (begins || record.text == "world.act" || record.kind == wire::HistoryKind::kDeliver) {
    world_.lease_watch().on_client_act(process_->id(), world_.queue().now());
  }
  if (begins && record.peer.valid()) world_.lease_watch().on_takeover(process_->id(), record.peer);
  if (record.kind == wire::HistoryKind::kNote) port_->note(record);
}

/// Lets the process hear of each record at its time, and die where a rare path was reached by it.
void ToolWorker::drive_link() {
  auto inner = std::move(port_->on_record);
  port_->on_record = [weak = weak_from_this(), inner = std::move(inner)](ByteView record) {
    const auto self = weak.lock();
    if (!self) return;
    self->scheduler_.run(MonotonicTime{self->world_.queue().now()});
    inner(record);
    self->die_where_armed();
  };
}

void ToolWorker::plan_pump(Duration at) {
  world_.queue().at(at, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->pump();
  });
}

void ToolWorker::pump() {
  if (!open() || port_->hung()) return;
  scheduler_.run(MonotonicTime{world_.queue().now()});
  die_where_armed();
  const MonotonicTime next = scheduler_.next_deadline();
  if (next != kNever) plan_pump(next.time_since_epoch());
}

void ToolWorker::die_where_armed() {
  if (!open() || !world_.trigger_reached()) return;
  world_.on_trigger_fired(site_);
  const std::uint64_t decision = decide(
      world_.options().seed, {number_, static_cast<std::uint64_t>(world_.queue().now().count())});
  const bool site_too = world_.may_crash && world_.may_crash(site_);
  if (site_too && world_.other_act && world_.other_act(site_, decision)) return;
  if (site_too && decision % 3 == 0) return world_.site(site_).die_of_trigger(0);
  die();
}

void ToolWorker::die() {
  if (!open()) return;
  ++world_.counts().process_crashes;
  world_.phases().on_fault("process crash", site_);
  acting_ = false;
  Action crash;
  crash.verb = Verb::kCrashProcess;
  crash.process = name();
  world_.journal_at(world_.queue().now() + Duration(1), crash);
  port_->die();
}

void ToolWorker::stop_acting() {
  acting_ = false;
  if (port_) port_->go_on();
}

void ToolWorker::run_over() {
  if (port_) port_->run_over();
}

std::string ToolWorker::pending_text() const {
  return "tool worker " + std::to_string(number_) + " at site " + std::to_string(site_.value) +
         (welcomed() ? " " + to_string(process_->id()) : ", no welcome") +
         (joined_ ? "" : ", not joined") + ", under way " + std::to_string(under_way_);
}

task::Task<void> ToolWorker::live() {
  const auto connected = co_await process_->connect();
  if (!connected) co_return;
  joined_ = co_await ledger_->join();
  world_.process_names()[process_->id()] = name();
  while (joined_ && acting_ && !scripted_) {
    co_await scheduler_.sleep_for(exponential(rng_.next(), 3 * world_.options().work_period));
    if (acting_ && joined_ && under_way_ < kUnderWayMost) act();
  }
}

void ToolWorker::act() {
  const std::uint64_t dice = rng_.below(100);
  if (dice < 97 || under_way_ == 0) {
    begin(dice < 45   ? Verb::kUpdate
          : dice < 80 ? Verb::kAskCohort
          : dice < 97 ? Verb::kAskAll
                      : Verb::kLeaveAndReturn);
  }
}

void ToolWorker::begin(Verb verb) {
  Action action;
  action.verb = verb;
  action.process = name();
  world_.journal(action);
  if (verb == Verb::kUpdate) scheduler_.spawn(update());
  if (verb == Verb::kAskCohort) scheduler_.spawn(ask_cohort());
  if (verb == Verb::kAskAll) scheduler_.spawn(ask_all());
  if (verb == Verb::kLeaveAndReturn) scheduler_.spawn(leave_and_return());
}

bool ToolWorker::perform(const Action& action) {
  if (!open()) return false;
  if (is_misbehaviour(action.verb)) {
    Action mine = action;
    mine.process = name();
    world_.journal(mine);
    port_->misbehave(mine);
    return true;
  }
  const bool mine = action.verb >= Verb::kUpdate && action.verb <= Verb::kLeaveAndReturn;
  if (!mine || !joined_) return false;
  begin(action.verb);
  plan_pump(world_.queue().now());
  return true;
}

client::Message ToolWorker::numbered_message() {
  client::Message message;
  message.set("worker", number_).set("number", next_message_++);
  return message;
}

client::Destinations ToolWorker::to_group() const {
  client::Destinations to;
  to.groups.push_back(ledger_->group());
  return to;
}

task::Task<void> ToolWorker::update() {
  const UnderWay guard(under_way_);
  client::Message message = numbered_message();
  if (world_.options().huge && rng_.chance(0.03)) {
    constexpr std::uint64_t kLeaveRoom = 1000;  // for the rest of the message
    message.set("bulk", Bytes(rng_.below(limits::kPayloadBytes - kLeaveRoom), 3));
  }
  const auto result = co_await ledger_->data().update(std::move(message));
  static_cast<void>(result);  // fails where the session ends
}

task::Task<void> ToolWorker::ask_cohort() {
  const UnderWay guard(under_way_);
  const auto result =
      co_await tools::call_cohort(*process_, ledger_->group(), kLedgerRequest, numbered_message());
  static_cast<void>(result);  // fails where all members die; the checkers judge the rest
}

task::Task<void> ToolWorker::ask_all() {
  const UnderWay guard(under_way_);
  tools::CallOptions options;
  options.want = tools::kAll;
  options.timeout = Duration{0};
  const auto result =
      co_await tools::call(*process_, to_group(), kLedgerAsk, numbered_message(), options);
  static_cast<void>(result);  // fails where all members die
}

task::Task<void> ToolWorker::leave_and_return() {
  const UnderWay guard(under_way_);
  joined_ = false;
  co_await ledger_->leave();
  joined_ = co_await ledger_->join();
}

void ToolWorker::say_goodbye() {
  if (!open() || !joined_) return;
  scheduler_.spawn(update());
  scheduler_.spawn(ask_cohort());
  scheduler_.spawn(ask_all());
}

}  // namespace cohort::sim
