#include "platform/sim/site.h"

#include <algorithm>
#include <utility>

#include "platform/base/instrument.h"
#include "platform/base/instrument_run.h"
#include "platform/sim/bounds.h"
#include "platform/sim/decide.h"
#include "platform/sim/world.h"
#include "platform/wire/record_stream.h"

namespace cohort::sim {

namespace {

enum What : std::uint64_t {
  kClock = 100,
  kTick,
  kStore,
  kKeep,
  kRestart,
  kService,
  kTogether,
  kElsewhere,
  kLinger
};

constexpr std::size_t kTracesKept = 60;
constexpr std::uint32_t kUser = 1000;  ///< of every client process; an operator of the plant

template <typename T>
void add_to(Digest& digest, const T& effect) {
  if constexpr (requires { effect.whole(); }) digest.add(ByteView(effect.whole()));
  if constexpr (requires { effect.record; }) digest.add(ByteView(effect.record));
  if constexpr (requires { effect.records; }) digest.add(ByteView(effect.records));
  if constexpr (requires { effect.reason; }) digest.add(effect.reason);
  if constexpr (requires { effect.text; }) digest.add(effect.text);
}

std::vector<wire::Host> hosts_with_witness(const Options& options) {
  std::vector<wire::Host> hosts(options.sites);
  for (std::uint32_t i = 0; i < options.sites; ++i) {
    hosts[i].site = SiteId{static_cast<std::uint16_t>(i + 1)};
    hosts[i].witness = is_witness(options, hosts[i].site);
  }
  return hosts;
}

bool is_delivery(ByteView record) {
  static const std::uint8_t kDeliver = wire::encode(wire::ClientEvent(wire::Deliver{})).front();
  return !record.empty() && record.front() == kDeliver;
}

std::optional<wire::MessageId> durable_report(ByteView record) {
  static const std::uint8_t kDurable = wire::encode(wire::ClientEvent(wire::Durable{})).front();
  if (record.empty() || record.front() != kDurable) return std::nullopt;
  const auto event = wire::decode_client_event(record);
  const auto* report = event ? std::get_if<wire::Durable>(&*event) : nullptr;
  if (report == nullptr || !report->durable) return std::nullopt;
  return report->id;
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
  if (world_.options().witness) settings.hosts = hosts_with_witness(world_.options());
  settings.plant = "simulated";
  settings.operators = {kUser};
  settings.seed = decide(world_.options().seed, {id_.value, incarnation_});
  settings.log = disk_.records();
  settings.flow = world_.options().flow;
  core_ = std::make_unique<core::ProtocolsProcess>(std::move(settings));
  clock_.start(decide(world_.options().seed, {kClock, id_.value, incarnation_}),
               world_.queue().now());
  tick_at_ = Duration::max();
  lease_ = std::make_shared<Duration>(0);  // of this life: clients of the last one keep theirs
  intake_.paused = false;
  intake_.elsewhere = false;
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
  end_clients(how);
  if (restart_after == Duration{0}) return;
  const std::uint16_t dead = incarnation_;
  world_.queue().after(restart_after, [this, dead] {
    if (incarnation_ == dead && core_ == nullptr) start();
  });
}

/// Processes outlive a daemon that was killed, for a moment: they may be busy, with records unread.
/// Not in a scenario, which says itself who hangs.
void Site::end_clients(Death how) {
  for (auto& [handle, port] : std::exchange(clients_, {})) {
    if (how == Death::kHost) {
      port->host_died();
      continue;
    }
    const std::uint64_t decision =
        decide(world_.options().seed, {kLinger, id_.value, incarnation_, handle.value});
    if (!world_.on_step && decision % 3 == 0) {
      port->hang_for(between(mix64(decision), millis(1), millis(1500)));
    }
    port->closed_by_daemon("daemon gone");
  }
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
  intake_.paused = false;
  if (!intake_.elsewhere) take_backlog();
}

/// What came meanwhile: one by one, or, as a daemon does with what it finds in one turn, as one
/// step.
void Site::take_backlog() {
  const std::uint16_t incarnation = incarnation_;
  std::vector<core::Input> backlog = std::exchange(intake_.backlog, {});
  const bool together =
      decide(world_.options().seed, {kTogether, id_.value, incarnation_, diary_.steps}) % 2 == 0;
  if (together && !backlog.empty()) return step(backlog);
  // At once: what a slow processor has not come to yet is younger.
  for (const core::Input& waiting : backlog) {
    if (core_ != nullptr && incarnation_ == incarnation) step(std::span(&waiting, 1));
  }
}

/// Now and then a daemon is elsewhere for a moment and then finds several inputs at once. Not in a
/// scenario, which says itself what happens when.
void Site::maybe_look_elsewhere() {
  if (world_.on_step) return;
  const std::uint64_t decision =
      decide(world_.options().seed, {kElsewhere, id_.value, incarnation_, diary_.steps});
  if (decision % 8 != 0) return;
  intake_.elsewhere = true;
  const std::uint16_t incarnation = incarnation_;
  world_.queue().after(exponential(mix64(decision), Duration(300'000)), [this, incarnation] {
    if (core_ == nullptr || incarnation_ != incarnation) return;
    intake_.elsewhere = false;
    if (!intake_.paused) take_backlog();
  });
}

void Site::set_disk(Disk::Mode mode, Duration latency) {
  std::size_t overdue = disk_.set(mode, latency);
  for (; overdue > 0; --overdue) finish_write();
}

std::shared_ptr<ClientPort> Site::connect() {
  if (core_ == nullptr) return nullptr;
  const core::ClientHandle handle{next_handle_++};
  auto port = std::make_shared<ClientPort>(world_, id_, incarnation_, handle, lease_);
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
    return input_slowly(std::move(given));
  }
  if (!intake_.paused && !intake_.elsewhere) maybe_look_elsewhere();
  if (intake_.paused || intake_.elsewhere) {
    intake_.backlog.push_back(std::move(given));
  } else {
    step(std::span(&given, 1));
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
    if (intake_.paused || intake_.elsewhere) {
      intake_.backlog.push_back(std::move(given));
    } else {
      step(std::span(&given, 1));
    }
  });
}

void Site::step(std::span<const core::Input> given) {
  ++diary_.steps;
  for (const core::Input& each : given) {
    if (const auto* gone = std::get_if<core::ClientGone>(&each)) clients_.erase(gone->client);
  }
  instrument::recent().clear();
  core::Effects effects = core_->step(given, local_now());
  if (const auto beyond =
          beyond_bounds(core_->held(), world_.options().flow, world_.hears_all(id_))) {
    world_.on_beyond_bounds(id_, *beyond);
  }
  world_.phases().on_site_step(id_, instrument::recent(), installs(effects));
  for (const core::Input& each : given) {
    // All effects are told with the last input, which is nearly always the only one.
    const bool last = &each == &given.back();
    if (world_.on_step) world_.on_step(id_, each, last ? effects : core::Effects{});
  }
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
    world_.network().send(id_, frame->site, frame->channel, std::move(*frame).whole());
  } else if (auto* to_client = std::get_if<core::SendClient>(&effect)) {
    auto found = clients_.find(to_client->client);
    if (found == clients_.end()) return;
    ByteView records = to_client->records;
    while (const auto record = wire::take_record(records)) {
      if (is_delivery(*record)) world_.lease_watch().on_delivery(life());
      if (const auto id = durable_report(*record)) world_.on_durable(*id);
      found->second->from_daemon(Bytes(record->begin(), record->end()));
    }
  } else if (auto* close = std::get_if<core::CloseClient>(&effect)) {
    auto found = clients_.find(close->client);
    if (found != clients_.end()) found->second->ended_by_daemon(close->reason);
  } else if (auto* link = std::get_if<core::CloseLink>(&effect)) {
    trace("event=sim.close-link peer=" + std::to_string(link->site.value) + " why=" + link->reason);
    world_.network().close(id_, link->site);
  } else if (auto* write = std::get_if<core::StoreWrite>(&effect)) {
    const std::uint64_t token = write->token;
    write_store(std::move(*write), token);
  } else if (auto* logged = std::get_if<core::LogWrite>(&effect)) {
    const std::uint64_t token = (std::uint64_t{1} << 40) + logged->token;
    write_store(std::move(*logged), token);
  } else if (auto* hosts = std::get_if<core::SetHosts>(&effect)) {
    world_.on_plant_record(hosts->version, hosts->hosts);
  } else if (const auto* lease = std::get_if<core::SetLease>(&effect)) {
    // Whatever becomes of this life's clock: its processes go by what they were told.
    *lease_ = lease->until == MonotonicTime{} ? Duration{0} : world_time(lease->until);
  } else if (auto* event = std::get_if<core::Trace>(&effect)) {
    world_.lease_watch().on_trace(life(), event->text, world_.queue().now());
    trace(event->text);
  } else if (auto* stop = std::get_if<core::FailStop>(&effect)) {
    fail_stop(*stop);
  }
}

void Site::write_store(Disk::Write write, std::uint64_t token) {
  const std::uint64_t decision =
      decide(world_.options().seed, {kStore, id_.value, incarnation_, token});
  const auto done_at = disk_.begin(std::move(write), world_.queue().now(), decision);
  if (!done_at)
    return fail_stop(core::FailStop{"its disk does not take what must be durable", false, {}});
  const std::uint16_t incarnation = incarnation_;
  world_.queue().at(*done_at, [this, incarnation] {
    if (core_ != nullptr && incarnation_ == incarnation) finish_write();
  });
}

void Site::finish_write() {
  auto done = disk_.finish();
  if (done && core_ != nullptr) input(std::move(*done));
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
  *lease_ = Duration{0};
  incarnation_ = std::max(incarnation_, stop.incarnation_above.value);
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
