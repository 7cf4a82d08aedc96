#include "platform/sim/site.h"

#include <algorithm>
#include <utility>

#include "platform/base/instrument.h"
#include "platform/sim/decide.h"
#include "platform/sim/world.h"

namespace cohort::sim {

namespace {

enum What : std::uint64_t { kClock = 100, kTick, kStore, kKeep, kRestart, kClose };

constexpr std::size_t kTracesKept = 60;

template <typename T>
void add_to(Digest& digest, const T& effect) {
  if constexpr (requires { effect.frame; }) digest.add(ByteView(effect.frame));
  if constexpr (requires { effect.record; }) digest.add(ByteView(effect.record));
  if constexpr (requires { effect.reason; }) digest.add(effect.reason);
  if constexpr (requires { effect.text; }) digest.add(effect.text);
}

std::uint64_t promise_count() {
  const auto& probes = instrument::probes();
  const auto found = probes.find("view.promised");
  return found == probes.end() ? 0 : found->second;
}

bool installs(const core::Effects& effects) {
  return std::any_of(effects.begin(), effects.end(), [](const core::Effect& effect) {
    const auto* trace = std::get_if<core::Trace>(&effect);
    return trace != nullptr && trace->text.starts_with("event=view.installed");
  });
}

}  // namespace

Site::Site(World& world, SiteId id) : world_(world), id_(id) {}

/// Each life has a clock of its own: an offset that means nothing elsewhere, and some drift.
MonotonicTime Site::local_now() const {
  const std::uint64_t clock = decide(world_.options().seed, {kClock, id_.value, incarnation_});
  const auto offset = static_cast<std::int64_t>(clock % 1'000'000'000'000);
  const auto parts = static_cast<std::int64_t>(mix64(clock) % 401) - 200;
  const std::int64_t now = world_.queue().now().count();
  return MonotonicTime(Duration(offset + now + now * parts / 1'000'000));
}

Duration Site::world_time(MonotonicTime local) const {
  return world_.queue().now() + (local - local_now());
}

void Site::start() {
  if (core_ != nullptr) return;
  if (!COHORT_MUTANT("reuse_incarnation") || incarnation_ == 0) ++incarnation_;
  core::Settings settings;
  settings.self = life();
  for (std::uint32_t i = 1; i <= world_.options().sites; ++i) {
    settings.sites.push_back(SiteId{static_cast<std::uint16_t>(i)});
  }
  settings.plant = "simulated";
  settings.seed = decide(world_.options().seed, {id_.value, incarnation_});
  settings.log = log_;
  core_ = std::make_unique<core::ProtocolsProcess>(std::move(settings));
  tick_at_ = Duration::max();
  write_done_at_ = Duration{0};
  paused_ = false;
  trace("event=sim.start site=" + to_string(life()));
  world_.network().start(id_);
  input(core::Start{});
  if (up()) world_.on_site_started(id_);
}

void Site::crash(Death how, Duration restart_after, const std::string& why) {
  if (core_ == nullptr) return;
  trace("event=sim.crash site=" + to_string(life()) + " why=" + why);
  world_.on_site_crash(id_, why);
  keep_some_pending_writes();
  core_.reset();
  doom_.reset();
  backlog_.clear();
  paused_ = false;
  world_.network().stop(id_, how);
  for (auto& [handle, port] : std::exchange(clients_, {})) port->closed_by_daemon("daemon gone");
  const std::uint16_t dead = incarnation_;
  world_.queue().after(restart_after, [this, dead] {
    if (incarnation_ == dead && core_ == nullptr) start();
  });
}

void Site::crash_after_effects(std::uint64_t count, Death how, Duration restart_after) {
  if (core_ != nullptr && !doom_) doom_ = Doom{count, how, restart_after};
}

void Site::pause(Duration duration) {
  if (core_ == nullptr || paused_) return;
  paused_ = true;
  trace("event=sim.pause site=" + to_string(life()) + " ms=" + std::to_string(to_millis(duration)));
  const std::uint16_t incarnation = incarnation_;
  world_.queue().after(duration, [this, incarnation] {
    if (core_ == nullptr || incarnation_ != incarnation) return;
    paused_ = false;
    std::deque<core::Input> backlog = std::exchange(backlog_, {});
    for (core::Input& waiting : backlog) {
      if (core_ != nullptr && incarnation_ == incarnation) input(std::move(waiting));
    }
  });
}

std::shared_ptr<ClientPort> Site::connect() {
  if (core_ == nullptr) return nullptr;
  const core::ClientHandle handle{next_handle_++};
  auto port = std::make_shared<ClientPort>(world_, id_, incarnation_, handle);
  clients_.emplace(handle, port);
  input(core::ClientOpened{handle, 1000});
  return port;
}

void Site::client_input(std::uint64_t life, core::Input given) {
  if (core_ != nullptr && incarnation_ == life) input(std::move(given));
}

void Site::input(core::Input given) {
  if (core_ == nullptr) return;
  if (paused_) {
    backlog_.push_back(std::move(given));
    return;
  }
  step(given);
}

void Site::step(const core::Input& given) {
  ++steps_;
  if (const auto* gone = std::get_if<core::ClientGone>(&given)) clients_.erase(gone->client);
  const std::uint64_t promises = promise_count();
  core::Effects effects = core_->step(given, local_now());
  world_.phases().on_site_step(id_, promise_count() > promises, installs(effects));
  if (world_.trigger_reached(id_) && !doom_) {
    const std::uint64_t decision =
        decide(world_.options().seed, {kRestart, id_.value, incarnation_, steps_});
    const std::uint64_t before = decision % (effects.size() + 1);
    world_.on_trigger_fired(id_);
    crash_after_effects(before, decision % 3 == 0 ? Death::kHost : Death::kProcess,
                        between(mix64(decision), millis(200), seconds(3)));
  }
  execute(std::move(effects));
  if (core_ != nullptr) plan_tick();
}

void Site::execute(core::Effects effects) {
  const std::uint16_t incarnation = incarnation_;
  for (core::Effect& effect : effects) {
    if (doom_ && doom_->effects-- == 0) {
      const Doom doom = *doom_;
      return crash(doom.how, doom.restart_after, "between two effects");
    }
    std::visit([this](const auto& value) { add_to(world_.digest(), value); }, effect);
    world_.digest().add(effect.index());
    carry_out(std::move(effect));
    if (core_ == nullptr || incarnation_ != incarnation) return;
  }
  // The last of a step's effects has been carried out: a count of just that many is due now.
  if (doom_ && doom_->effects == 0) {
    const Doom doom = *doom_;
    crash(doom.how, doom.restart_after, "after a step");
  }
}

void Site::carry_out(core::Effect effect) {
  if (auto* frame = std::get_if<core::SendFrame>(&effect)) {
    world_.network().send(id_, frame->site, frame->channel, std::move(frame->frame));
  } else if (auto* to_client = std::get_if<core::SendClient>(&effect)) {
    auto found = clients_.find(to_client->client);
    if (found != clients_.end()) found->second->from_daemon(std::move(to_client->record));
  } else if (auto* close = std::get_if<core::CloseClient>(&effect)) {
    auto found = clients_.find(close->client);
    if (found != clients_.end()) found->second->closed_by_daemon(close->reason);
  } else if (auto* link = std::get_if<core::CloseLink>(&effect)) {
    trace("event=sim.close-link peer=" + std::to_string(link->site.value) + " why=" + link->reason);
    world_.network().close(id_, link->site);
  } else if (auto* write = std::get_if<core::StoreWrite>(&effect)) {
    write_store(std::move(*write));
  } else if (auto* event = std::get_if<core::Trace>(&effect)) {
    trace(event->text);
  } else if (auto* stop = std::get_if<core::FailStop>(&effect)) {
    fail_stop(*stop);
  }
}

void Site::write_store(core::StoreWrite write) {
  const std::uint64_t decision =
      decide(world_.options().seed, {kStore, id_.value, incarnation_, write.token});
  write_done_at_ = std::max(write_done_at_ + Duration(1), world_.queue().now() + Duration(50'000) +
                                                              exponential(decision, millis(1)));
  pending_writes_.push_back(std::move(write));
  const std::uint16_t incarnation = incarnation_;
  world_.queue().at(write_done_at_, [this, incarnation] {
    if (core_ == nullptr || incarnation_ != incarnation || pending_writes_.empty()) return;
    core::StoreWrite done = std::move(pending_writes_.front());
    pending_writes_.pop_front();
    log_.push_back(std::move(done.record));
    input(core::StoreDone{done.token});
  });
}

/// A crash leaves some first part of what was being written on disk.
void Site::keep_some_pending_writes() {
  const std::uint64_t decision = decide(world_.options().seed, {kKeep, id_.value, incarnation_});
  std::size_t kept = decision % (pending_writes_.size() + 1);
  for (; kept > 0; --kept) {
    log_.push_back(std::move(pending_writes_.front().record));
    pending_writes_.pop_front();
  }
  pending_writes_.clear();
}

void Site::plan_tick() {
  const MonotonicTime deadline = core_->next_deadline();
  if (deadline == kNever) return;
  const std::uint64_t decision = decide(world_.options().seed, {kTick, id_.value, steps_});
  const Duration due = std::max(world_time(deadline), world_.queue().now()) + Duration(1000) +
                       exponential(decision, Duration(200'000));
  if (tick_at_ > world_.queue().now() && tick_at_ <= due) return;
  tick_at_ = due;
  const std::uint16_t incarnation = incarnation_;
  world_.queue().at(due, [this, incarnation, due] {
    if (core_ == nullptr || incarnation_ != incarnation || tick_at_ != due) return;
    tick_at_ = Duration::max();
    input(core::Tick{});
  });
}

void Site::fail_stop(const core::FailStop& stop) {
  const std::uint64_t decision = decide(world_.options().seed, {kRestart, id_.value, incarnation_});
  world_.on_fail_stop(id_, stop.reason);
  crash(Death::kProcess, between(decision, millis(100), seconds(1)), "fail-stop: " + stop.reason);
}

void Site::trace(const std::string& text) {
  const std::string line =
      std::to_string(world_.queue().now().count() / 1000) + "us " + to_string(life()) + " " + text;
  traces_.push_back(line);
  if (traces_.size() > kTracesKept) traces_.pop_front();
  world_.on_trace(line);
}

}  // namespace cohort::sim
