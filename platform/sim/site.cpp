#include "platform/sim/site.h"

#include <algorithm>
#include <utility>

#include "platform/base/instrument.h"
#include "platform/base/instrument_run.h"
#include "platform/sim/bounds.h"
#include "platform/sim/decide.h"
#include "platform/sim/world.h"

namespace cohort::sim {

namespace {

enum What : std::uint64_t { kClock = 100, kTick, kStore, kKeep, kRestart, kService };

constexpr std::size_t kTracesKept = 60;
constexpr std::uint32_t kUser = 1000;  ///< of every client process; an operator of the plant

template <typename T>
void add_to(Digest& digest, const T& effect) {
  if constexpr (requires { effect.frame; }) digest.add(ByteView(effect.frame));
  if constexpr (requires { effect.record; }) digest.add(ByteView(effect.record));
  if constexpr (requires { effect.reason; }) digest.add(effect.reason);
  if constexpr (requires { effect.text; }) digest.add(effect.text);
}

bool installs(const core::Effects& effects) {
  return std::any_of(effects.begin(), effects.end(), [](const core::Effect& effect) {
    const auto* trace = std::get_if<core::Trace>(&effect);
    return trace != nullptr && trace->text.starts_with("event=view.installed");
  });
}

}  // namespace

Site::Site(World& world, SiteId id) : world_(world), id_(id) {}

MonotonicTime Site::local_now() const {
  return clock_.local(world_.queue().now());
}

Duration Site::world_time(MonotonicTime local) const {
  return world_.queue().now() + (local - local_now());
}

void Site::start() {
  if (core_ != nullptr) return;
  if (!disk_.can_start()) {
    world_.queue().after(millis(500), [this] { start(); });
    return;
  }
  if (!COHORT_MUTANT("reuse_incarnation") || incarnation_ == 0) ++incarnation_;
  core::Settings settings;
  settings.self = life();
  for (std::uint32_t i = 1; i <= world_.options().sites; ++i) {
    settings.sites.push_back(SiteId{static_cast<std::uint16_t>(i)});
  }
  settings.plant = "simulated";
  settings.operators = {kUser};
  settings.seed = decide(world_.options().seed, {id_.value, incarnation_});
  settings.log = disk_.records();
  settings.flow = world_.options().flow;
  core_ = std::make_unique<core::ProtocolsProcess>(std::move(settings));
  clock_.start(decide(world_.options().seed, {kClock, id_.value, incarnation_}),
               world_.queue().now());
  tick_at_ = Duration::max();
  intake_.paused = false;
  intake_.busy_until = Duration{0};
  trace("event=sim.start site=" + to_string(life()));
  world_.phases().on_site_start(id_);
  world_.network().start(id_);
  input(core::Start{});
  if (up()) world_.on_site_started(id_);
}

void Site::crash(Death how, Duration restart_after, const std::string& why) {
  if (core_ == nullptr) return;
  trace("event=sim.crash site=" + to_string(life()) + " why=" + why);
  world_.on_site_crash(id_, why);
  disk_.crash(decide(world_.options().seed, {kKeep, id_.value, incarnation_}), how == Death::kHost);
  core_.reset();
  doom_.reset();
  intake_.backlog.clear();
  intake_.paused = false;
  world_.network().stop(id_, how);
  for (auto& [handle, port] : std::exchange(clients_, {})) port->closed_by_daemon("daemon gone");
  if (restart_after == Duration{0}) return;
  const std::uint16_t dead = incarnation_;
  world_.queue().after(restart_after, [this, dead] {
    if (incarnation_ == dead && core_ == nullptr) start();
  });
}

void Site::crash_after_effects(std::uint64_t count, Death how, Duration restart_after) {
  if (core_ != nullptr && !doom_) doom_ = Doom{count, how, restart_after};
}

void Site::pause(Duration duration) {
  if (core_ == nullptr || intake_.paused) return;
  intake_.paused = true;
  trace("event=sim.pause site=" + to_string(life()) + " ms=" + std::to_string(to_millis(duration)));
  if (duration == Duration{0}) return;
  const std::uint16_t incarnation = incarnation_;
  world_.queue().after(duration, [this, incarnation] {
    if (incarnation_ == incarnation) resume();
  });
}

void Site::resume() {
  if (core_ == nullptr || !intake_.paused) return;
  const std::uint16_t incarnation = incarnation_;
  intake_.paused = false;
  std::deque<core::Input> backlog = std::exchange(intake_.backlog, {});
  // At once: what a slow processor has not come to yet is younger.
  for (core::Input& waiting : backlog) {
    if (core_ != nullptr && incarnation_ == incarnation) step(waiting);
  }
}

void Site::set_disk(Disk::Mode mode, Duration latency) {
  std::size_t overdue = disk_.set(mode, latency);
  for (; overdue > 0; --overdue) finish_write();
}

std::shared_ptr<ClientPort> Site::connect() {
  if (core_ == nullptr) return nullptr;
  const core::ClientHandle handle{next_handle_++};
  auto port = std::make_shared<ClientPort>(world_, id_, incarnation_, handle);
  clients_.emplace(handle, port);
  input(core::ClientOpened{handle, kUser});
  return port;
}

void Site::client_input(std::uint64_t life, core::Input given) {
  if (core_ != nullptr && incarnation_ == life) input(std::move(given));
}

void Site::input(core::Input given) {
  if (core_ == nullptr) return;
  // Whoever is asked first is answered first: also of two that come before and during a pause.
  if (intake_.service > Duration{0} || intake_.busy_until >= world_.queue().now()) {
    input_slowly(std::move(given));
  } else if (intake_.paused) {
    intake_.backlog.push_back(std::move(given));
  } else {
    step(given);
  }
}

/// One input after the other, each after its time on a slow processor.
void Site::input_slowly(core::Input given) {
  const std::uint64_t decision = decide(
      world_.options().seed,
      {kService, id_.value, incarnation_, static_cast<std::uint64_t>(intake_.busy_until.count())});
  intake_.busy_until = std::max(intake_.busy_until, world_.queue().now()) + Duration(1) +
                       exponential(decision, intake_.service);
  const std::uint16_t incarnation = incarnation_;
  world_.queue().at(intake_.busy_until, [this, incarnation, given = std::move(given)]() mutable {
    if (core_ == nullptr || incarnation_ != incarnation) return;
    if (intake_.paused) {
      intake_.backlog.push_back(std::move(given));
    } else {
      step(given);
    }
  });
}

void Site::step(const core::Input& given) {
  ++diary_.steps;
  if (const auto* gone = std::get_if<core::ClientGone>(&given)) clients_.erase(gone->client);
  instrument::recent().clear();
  core::Effects effects = core_->step(given, local_now());
  if (const auto beyond = beyond_bounds(core_->held(), world_.options().flow)) {
    world_.on_beyond_bounds(id_, *beyond);
  }
  world_.phases().on_site_step(id_, instrument::recent(), installs(effects));
  if (world_.on_step) world_.on_step(id_, given, effects);
  if (world_.trigger_reached(id_) && !doom_) {
    world_.on_trigger_fired(id_);
    die_of_trigger(effects.size());
  }
  const std::uint16_t incarnation = incarnation_;
  if (core_ != nullptr) execute(std::move(effects));
  if (core_ != nullptr && incarnation_ == incarnation) plan_tick();
}

void Site::die_of_trigger(std::size_t effects) {
  const std::uint64_t decision =
      decide(world_.options().seed, {kRestart, id_.value, incarnation_, diary_.steps});
  if (world_.other_act && world_.other_act(id_, mix64(decision + 7))) return;
  Action crash;
  crash.verb = Verb::kCrashSite;
  crash.sites = {id_};
  crash.number = static_cast<std::int64_t>(decision % (effects + 1));
  crash.power = decision % 3 == 0;
  crash.duration = between(mix64(decision), millis(200), seconds(3));
  world_.journal_at(world_.queue().now() - Duration(1), crash);
  world_.phases().on_fault(crash.power ? "power cut" : "crash", id_);
  crash_after_effects(static_cast<std::uint64_t>(crash.number),
                      crash.power ? Death::kHost : Death::kProcess, crash.duration);
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
  } else if (auto* hosts = std::get_if<core::SetHosts>(&effect)) {
    world_.on_plant_record(hosts->version, hosts->hosts);
  } else if (auto* event = std::get_if<core::Trace>(&effect)) {
    trace(event->text);
  } else if (auto* stop = std::get_if<core::FailStop>(&effect)) {
    fail_stop(*stop);
  }
}

void Site::write_store(core::StoreWrite write) {
  const std::uint64_t decision =
      decide(world_.options().seed, {kStore, id_.value, incarnation_, write.token});
  const auto done_at = disk_.begin(std::move(write), world_.queue().now(), decision);
  if (!done_at) return fail_stop(core::FailStop{"its disk does not take what must be durable"});
  const std::uint16_t incarnation = incarnation_;
  world_.queue().at(*done_at, [this, incarnation] {
    if (core_ != nullptr && incarnation_ == incarnation) finish_write();
  });
}

void Site::finish_write() {
  const auto token = disk_.finish();
  if (token && core_ != nullptr) input(core::StoreDone{*token});
}

void Site::plan_tick() {
  const MonotonicTime deadline = core_->next_deadline();
  if (deadline == kNever) return;
  const std::uint64_t decision = decide(world_.options().seed, {kTick, id_.value, diary_.steps});
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
  if (!stop.final) {
    ++diary_.fail_stops;
    world_.on_fail_stop(id_, stop.reason);
  }
  crash(Death::kProcess, stop.final ? Duration{0} : between(decision, millis(100), seconds(1)),
        "fail-stop: " + stop.reason);
}

void Site::trace(const std::string& text) {
  const std::string line =
      std::to_string(world_.queue().now().count() / 1000) + "us " + to_string(life()) + " " + text;
  diary_.traces.push_back(line);
  if (diary_.traces.size() > kTracesKept) diary_.traces.pop_front();
  world_.on_trace(line);
}

}  // namespace cohort::sim
