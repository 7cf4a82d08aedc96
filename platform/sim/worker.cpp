#include "platform/sim/worker.h"

#include <algorithm>
#include <utility>

#include "platform/base/limits.h"
#include "platform/sim/decide.h"

namespace cohort::sim {

namespace {

constexpr std::uint8_t kEntry = 20;
constexpr std::size_t kPendingMost = 40;

}  // namespace

Worker::Worker(World& world, SiteId site, std::uint64_t number)
    : world_(world),
      site_(site),
      number_(number),
      rng_(decide(world.options().seed, {0x776f726b, number})) {}

bool Worker::connect() {
  port_ = world_.site(site_).connect();
  if (!port_) return false;
  port_->on_record = [weak = weak_from_this()](ByteView record) {
    if (auto self = weak.lock()) self->on_record(record);
  };
  send(wire::Hello{wire::kClientProtocolVersion, "worker " + std::to_string(number_), number_});
  return true;
}

void Worker::die() {
  ++world_.counts().process_crashes;
  world_.phases().on_fault("process crash", site_);
  acting_ = false;
  Action crash;
  crash.verb = Verb::kCrashProcess;
  crash.process = name();
  world_.journal(crash);
  if (port_) port_->die();
}

void Worker::run_over() {
  if (port_) port_->run_over();
}

std::string Worker::pending_text() const {
  std::string text = to_string(process_) + " at site " + std::to_string(site_.value) + ":";
  if (!welcomed()) text += " no welcome;";
  for (const auto& [token, what] : pending_) {
    text += " " + what + " (token " + std::to_string(token) + ")";
    if (text.size() > 300) return text + " ...";
  }
  return text;
}

bool Worker::perform(const Action& action) {
  if (!open() || !is_misbehaviour(action.verb)) return false;
  Action mine = action;
  mine.process = name();
  world_.journal(mine);
  port_->misbehave(mine);
  return true;
}

/// Writes a request down by names, as a scenario has it.
void Worker::journal(const wire::ClientRequest& request) {
  Action action;
  action.process = name();
  const auto note = [&](Verb verb, std::vector<std::string> names) {
    action.verb = verb;
    action.names = std::move(names);
    world_.journal(action);
  };
  const auto group_name = [&](GroupId group) { return groups_[group].name; };
  if (const auto* create = std::get_if<wire::CreateGroup>(&request))
    note(Verb::kCreate, {create->name});
  if (const auto* join = std::get_if<wire::JoinGroup>(&request)) note(Verb::kJoin, {join->name});
  if (const auto* leave = std::get_if<wire::LeaveGroup>(&request)) {
    note(Verb::kLeaveGroup, {group_name(leave->group)});
  }
  if (const auto* kill = std::get_if<wire::KillGroup>(&request)) {
    note(Verb::kKillGroup, {group_name(kill->group)});
  }
  if (const auto* lookup = std::get_if<wire::Lookup>(&request)) note(Verb::kLookup, {lookup->name});
  if (const auto* monitor = std::get_if<wire::Monitor>(&request)) {
    note(Verb::kMonitor, {group_name(monitor->group)});
  }
  if (std::holds_alternative<wire::Flush>(request)) note(Verb::kFlush, {});
  const auto* multicast = std::get_if<wire::Multicast>(&request);
  if (multicast == nullptr) return;
  std::vector<std::string> names;
  for (GroupId group : multicast->destinations.groups) names.push_back(group_name(group));
  for (ProcessId process : multicast->destinations.processes) {
    names.push_back(world_.process_names()[process]);
  }
  action.label = "m" + std::to_string(number_) + "-" + std::to_string(multicast->token);
  action.order = multicast->order;
  action.safe = multicast->safety == wire::Safety::kSafe;
  action.number = static_cast<std::int64_t>(multicast->payload.size());
  note(Verb::kMulticast, std::move(names));
}

void Worker::send(const wire::ClientRequest& request) {
  if (world_.keeps_journal() && welcomed()) journal(request);
  port_->send(wire::encode(request));
}

std::uint64_t Worker::token(std::string what) {
  pending_[next_token_] = std::move(what);
  return next_token_++;
}

void Worker::on_record(ByteView record) {
  auto event = wire::decode_client_event(record);
  COHORT_ASSERT(event.has_value(), "the daemon sends only records that decode");
  auto whole = assembler_.add(std::move(*event), record.size());
  COHORT_ASSERT(whole.has_value(), "the parts of a delivery come one after another");
  if (*whole) on_event((*whole)->event, (*whole)->bytes);
}

void Worker::on_event(const wire::ClientEvent& event, std::size_t bytes) {
  if (const auto* welcome = std::get_if<wire::Welcome>(&event)) {
    process_ = welcome->process;
    world_.process_names()[process_] = name();
    sites_ = welcome->sites;
    const std::uint64_t joins = 1 + rng_.below(2);
    for (std::uint64_t i = 0; i < joins; ++i) join(random_group_name());
    plan_action();
  } else if (std::holds_alternative<wire::Deliver>(event)) {
    on_deliver(bytes);
  } else if (const auto* view = std::get_if<wire::View>(&event)) {
    on_view(*view);
  } else if (const auto* sites = std::get_if<wire::Sites>(&event)) {
    sites_ = sites->view;
  } else if (const auto* change = std::get_if<wire::ChangeDone>(&event)) {
    pending_.erase(change->token);
    on_change_done(*change);
  } else if (const auto* found = std::get_if<wire::LookupDone>(&event)) {
    pending_.erase(found->token);
    if (found->code == Errc::kOk) groups_[found->view.group] = found->view;
  } else if (const auto* sent = std::get_if<wire::Sent>(&event)) {
    pending_.erase(sent->token);
  } else if (const auto* flushed = std::get_if<wire::FlushDone>(&event)) {
    pending_.erase(flushed->token);
  }
}

void Worker::on_deliver(std::size_t bytes) {
  consume(bytes);
  // Some deliveries cause a message of their own: long causal chains over several groups.
  if (acting_ && rng_.chance(0.15) && pending_.size() < kPendingMost) multicast_at_random();
}

void Worker::note(const char* text) {
  wire::HistoryRecord record;
  record.text = text;
  port_->note(std::move(record));
}

void Worker::consume(std::size_t bytes) {
  unconsumed_ += bytes;
  if (reading_) send(wire::Consumed{std::exchange(unconsumed_, 0)});
}

/// It stops for a while, as a process does that is stopped or busy: what is delivered stays unread.
void Worker::pause_reading() {
  if (!reading_) return;
  reading_ = false;
  note("reading.stopped");
  const Duration pause = exponential(rng_.next(), world_.options().reader_pause);
  world_.queue().after(pause, [weak = weak_from_this()] {
    auto self = weak.lock();
    if (!self || !self->open()) return;
    self->note("reading.again");
    self->reading_ = true;
    self->consume(0);
  });
}

void Worker::on_view(const wire::View& view) {
  groups_[view.view.group] = view.view;
}

std::string Worker::random_group_name() {
  return "group-" + std::to_string(1 + rng_.below(world_.options().groups));
}

bool Worker::draw_group(GroupId& group) {
  if (groups_.empty()) return false;
  auto chosen = groups_.begin();
  std::advance(chosen, static_cast<std::ptrdiff_t>(rng_.below(groups_.size())));
  group = chosen->first;
  return true;
}

void Worker::plan_action() {
  const Duration wait = exponential(rng_.next(), world_.options().work_period);
  world_.queue().after(wait, [weak = weak_from_this()] {
    auto self = weak.lock();
    if (!self || !self->acting_ || !self->open()) return;
    self->act();
    self->plan_action();
  });
}

void Worker::act() {
  if (world_.options().reader_pause > Duration{0} && rng_.chance(0.01)) pause_reading();
  if (pending_.size() >= kPendingMost) return;
  if (rng_.below(500) == 0) return change_plant();
  const std::uint64_t dice = rng_.below(100);
  if (dice < 78) {
    const std::uint64_t burst = rng_.chance(0.1) ? 8 : 1;
    for (std::uint64_t i = 0; i < burst; ++i) multicast_at_random();
  } else if (dice < 84) {
    send(wire::Flush{token("flush")});
  } else {
    act_on_groups(dice);
  }
}

void Worker::act_on_groups(std::uint64_t dice) {
  GroupId group;
  if (dice < 91) return join(random_group_name());
  if (dice < 93) {
    const std::string name = random_group_name();
    return send(wire::CreateGroup{token("create " + name), name});
  }
  if (dice < 95) return send(wire::Lookup{token("lookup"), random_group_name()});
  if (!draw_group(group)) return;
  const auto& members = groups_[group].members;
  const bool member = std::find(members.begin(), members.end(), process_) != members.end();
  if (dice < 97 && member) return send(wire::LeaveGroup{token("leave"), group});
  if (dice < 99 && !member) return send(wire::Monitor{group, rng_.chance(0.7)});
  if (rng_.chance(0.2)) send(wire::KillGroup{token("kill"), group});
}

void Worker::join(const std::string& name) {
  wire::JoinGroup join{
      .token = token("join " + name), .name = name, .create = true, .credentials = {}};
  send(join);
}

void Worker::change_plant() {
  wire::PlantChange change;
  const std::uint64_t dice = rng_.below(3);
  const auto spare = static_cast<std::uint16_t>(50 + rng_.below(2));
  change.host = {SiteId{spare}, "spare", {{"10.0.0." + std::to_string(spare), 7401}}, false};
  if (dice == 1) change.kind = wire::PlantChangeKind::kRemoveHost;
  if (dice == 2) {
    change.kind = wire::PlantChangeKind::kSetTimer;
    change.timer = {"quorum_loss_restart_ms",
                    25'000 + static_cast<std::int64_t>(rng_.below(9'000))};
  }
  send(wire::ChangePlant{token("change of the plant"), wire::encode(change)});
}

/// Some members keep their groups' logs: they begin, and hand over their state as it is then.
void Worker::on_change_done(const wire::ChangeDone& change) {
  if (change.code != Errc::kOk || !change.group.valid()) return;
  if (log_begins_.erase(change.token) != 0) {
    return send(wire::Checkpoint{token("checkpoint"), change.group, false, Bytes{1, 2, 3}});
  }
  if (!acting_ || !rng_.chance(0.3) || logged_.contains(change.group)) return;
  logged_.insert(change.group);
  const std::uint64_t begins = token("begin log");
  log_begins_.insert(begins);
  send(wire::BeginLog{begins, change.group});
}

void Worker::multicast_at_random() {
  GroupId group;
  if (!draw_group(group)) return;
  wire::Destinations to;
  to.groups.push_back(group);
  const std::uint64_t dice = rng_.below(100);
  wire::Order order = dice < 45   ? wire::Order::kCausal
                      : dice < 88 ? wire::Order::kTotal
                                  : wire::Order::kGlobal;
  const bool safe = order != wire::Order::kGlobal && rng_.chance(0.1);
  if (order == wire::Order::kTotal && !logged_.empty() && rng_.chance(0.3)) {
    to.groups.front() = *logged_.begin();
    return multicast(order, wire::Safety::kDurable, std::move(to), 16);
  }
  if (order != wire::Order::kGlobal) {
    GroupId other;
    if (rng_.chance(0.2) && draw_group(other) && other != group) to.groups.push_back(other);
    const auto& members = groups_[group].members;
    if (rng_.chance(0.15) && !members.empty()) {
      to.processes.push_back(members[rng_.below(members.size())]);
      if (rng_.chance(0.5)) to.groups.clear();
    }
  }
  std::size_t size = rng_.chance(0.9) ? rng_.below(64) : rng_.below(world_.options().payload_max);
  if (order == wire::Order::kGlobal) size = std::min(size, limits::kGlobalPayloadBytes - 16);
  multicast(order, safe ? wire::Safety::kSafe : wire::Safety::kAgreed, std::move(to), size);
}

void Worker::multicast(wire::Order order, wire::Safety safety, wire::Destinations to,
                       std::size_t size) {
  wire::Multicast multicast;
  multicast.token = token("multicast");
  multicast.order = order;
  multicast.safety = safety;
  multicast.destinations = std::move(to);
  multicast.entry = kEntry;
  multicast.payload.resize(16 + size);
  for (std::size_t i = 0; i < 8; ++i) {
    multicast.payload[i] = static_cast<std::uint8_t>(number_ >> (8 * i));
    multicast.payload[8 + i] = static_cast<std::uint8_t>(multicast.token >> (8 * i));
  }
  send_in_parts(std::move(multicast));
}

/// Large payloads go in parts of any length, as the protocol allows.
void Worker::send_in_parts(wire::Multicast multicast) {
  const bool global = multicast.order == wire::Order::kGlobal;
  const std::size_t part = 1 + rng_.below(limits::kPartBytes);
  if (multicast.payload.size() <= part || global) return send(multicast);
  // Now and then it dies in the middle.
  const bool whole = !acting_ || !rng_.chance(0.03);
  if (world_.keeps_journal() && welcomed()) journal(multicast);
  for (Bytes& record : wire::encode_in_parts(std::move(multicast), part)) {
    port_->send(std::move(record));
    if (!whole && rng_.chance(0.5)) return die();
  }
}

void Worker::stop_acting() {
  acting_ = false;
  if (port_) port_->go_on();
}

void Worker::say_goodbye() {
  if (!open() || !welcomed()) return;
  for (const auto& [group, view] : groups_) {
    if (std::find(view.members.begin(), view.members.end(), process_) == view.members.end())
      continue;
    for (const wire::Order order : {wire::Order::kCausal, wire::Order::kTotal}) {
      wire::Destinations to;
      to.groups.push_back(group);
      multicast(order, wire::Safety::kAgreed, std::move(to), 8);
    }
  }
  send(wire::Flush{token("last flush")});
}

}  // namespace cohort::sim
