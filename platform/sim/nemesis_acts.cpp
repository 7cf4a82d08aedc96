// What the nemesis does to a plant: one function a kind of fault.
#include <algorithm>
#include <array>

#include "platform/sim/decide.h"
#include "platform/sim/nemesis.h"
#include "platform/sim/partitions.h"

namespace cohort::sim {

void Nemesis::apply(Verb verb, SiteId site, Duration duration) {
  Action action;
  action.verb = verb;
  action.sites = {site};
  action.duration = duration;
  faults_.apply(action);
}

void Nemesis::cut_for(std::vector<Direction> directions, Duration duration) {
  Action action;
  action.verb = Verb::kCut;
  action.directions = std::move(directions);
  faults_.apply(action);
  world_.queue().after(duration, [this, action] {
    if (!active_) return;
    Action heal = action;
    heal.verb = Verb::kHeal;
    faults_.apply(heal);
  });
}

void Nemesis::crash_site(std::uint64_t decision) {
  const SiteId victim = draw_victim(decision);
  if (victim.value == 0) return;
  const std::uint64_t more = mix64(decision);
  Action action;
  action.verb = Verb::kCrashSite;
  action.sites = {victim};
  action.number = static_cast<std::int64_t>(more % 12);
  action.power = more % 3 == 0;
  action.duration = between(mix64(more), millis(100), seconds(3));
  faults_.apply(action);
}

/// Nothing is left of the plant but its logs; it comes back in any order.
void Nemesis::crash_all(std::uint64_t decision) {
  for (const auto& [id, site] : world_.sites()) {
    const std::uint64_t more = mix64(decision + id.value);
    Action action;
    action.verb = Verb::kCrashSite;
    action.sites = {id};
    action.number = static_cast<std::int64_t>(more % 12);
    action.power = more % 3 == 0;
    action.duration = between(mix64(more), millis(100), seconds(2));
    world_.queue().after(between(more, {}, millis(30)), [this, action] {
      world_.phases().on_fault("loss of all sites", action.sites.front());
      faults_.apply(action);
    });
  }
}

void Nemesis::crash_process(std::uint64_t decision) {
  workload_.kill_one(decision);
}

void Nemesis::reset_link(std::uint64_t decision) {
  reset_link_of(draw_site(decision), decision);
}

void Nemesis::reset_link_of(SiteId a, std::uint64_t decision) {
  const SiteId b = draw_site(mix64(decision));
  if (a == b) return;
  Action action;
  action.verb = Verb::kReset;
  action.directions = {{a, b}, {b, a}};
  action.channel = static_cast<std::uint8_t>(mix64(decision + 1) % 3);
  faults_.apply(action);
}

void Nemesis::half_open(std::uint64_t decision) {
  half_open_of(draw_site(decision), decision);
}

void Nemesis::half_open_of(SiteId a, std::uint64_t decision) {
  const SiteId b = draw_site(mix64(decision));
  if (a == b) return;
  Action action;
  action.verb = Verb::kHalfOpen;
  action.directions = {{a, b}};
  faults_.apply(action);
}

/// A minority is cut off: both ways, or one way only.
void Nemesis::partition(std::uint64_t decision) {
  if (!impaired_.empty()) return;
  const std::set<SiteId> minority = draw_minority(decision);
  if (minority.empty()) return;
  const std::vector<SiteId> inside(minority.begin(), minority.end());
  std::vector<SiteId> outside;
  for (const auto& [id, site] : world_.sites()) {
    if (!minority.contains(id)) outside.push_back(id);
  }
  const std::uint64_t shape = mix64(decision + 77) % 4;
  ++world_.counts().partitions;
  const Duration duration = between(mix64(decision + 5), millis(200), seconds(4));
  for (SiteId site : minority) impair(site, duration);
  cut_for(shape < 2 ? cut_one_way(inside, outside, shape == 0) : cut_apart({inside, outside}),
          duration);
}

/// Partitions that may leave nobody with a quorum, or everybody with a different one.
void Nemesis::split(std::uint64_t decision) {
  const std::uint32_t sites = world_.options().sites;
  if (sites < 2) return;
  std::vector<Direction> cuts;
  const std::uint64_t shape = mix64(decision + 78) % 4;
  if (shape == 0) cuts = majorities_ring(sites);
  if (shape == 1) cuts = bridge(sites, draw_site(decision));
  if (cuts.empty()) {
    std::vector<std::vector<SiteId>> parts(shape == 2 ? 2 : 3);
    for (const auto& [id, site] : world_.sites()) {
      parts[mix64(decision + id.value) % parts.size()].push_back(id);
    }
    cuts = cut_apart(parts);
  }
  ++world_.counts().partitions;
  cut_for(std::move(cuts), between(mix64(decision + 5), millis(200), seconds(4)));
}

/// A link that is there and away again, several times.
void Nemesis::flap(std::uint64_t decision) {
  const SiteId a = draw_victim(decision);
  const SiteId b = draw_site(mix64(decision));
  if (a.value == 0 || a == b) return;
  const Duration period = between(mix64(decision + 4), millis(50), millis(900));
  impair(a, 8 * period);
  for (int turn = 0; turn < 4; ++turn) {
    world_.queue().after(2 * turn * period, [this, a, b, period] {
      if (active_) cut_for({{a, b}, {b, a}}, period);
    });
  }
}

void Nemesis::clog(std::uint64_t decision) {
  const SiteId victim = draw_victim(decision);
  if (victim.value != 0) clog_site(victim, decision, false);
}

void Nemesis::clog_site(SiteId a, std::uint64_t decision, bool both_ways) {
  const SiteId b = draw_site(mix64(decision));
  if (a == b) return;
  ++world_.counts().clogs;
  const Duration duration = between(mix64(decision + 5), millis(20), millis(1500));
  impair(a, duration);
  std::vector<Direction> directions{{a, b}};
  if (both_ways) directions.push_back({b, a});
  cut_for(std::move(directions), duration);
}

void Nemesis::slow_link(std::uint64_t decision) {
  const SiteId victim = draw_victim(decision);
  if (victim.value != 0) slow_link_of(victim, decision);
}

void Nemesis::slow_link_of(SiteId a, std::uint64_t decision) {
  const SiteId b = draw_site(mix64(decision));
  if (a == b) return;
  const Duration duration = between(mix64(decision + 5), millis(200), seconds(3));
  impair(a, duration + seconds(2));  // what was sent meanwhile still has to arrive
  Action action;
  action.verb = Verb::kSlow;
  action.directions = {{a, b}};
  if (mix64(decision + 6) % 2 == 0) action.directions.push_back({b, a});
  action.number = 1000 << (mix64(decision + 7) % 7);
  faults_.apply(action);
  world_.queue().after(duration, [this, action] {
    Action off = action;
    off.number = 0;
    if (active_) faults_.apply(off);
  });
}

/// Up to ten times the time after which a silent site is suspected.
void Nemesis::pause_site(SiteId victim, std::uint64_t decision) {
  ++world_.counts().pauses;
  const std::uint64_t kind = mix64(decision + 3) % 9;
  const Duration duration = kind == 0  ? between(mix64(decision + 4), seconds(3), seconds(7))
                            : kind < 4 ? between(mix64(decision + 4), millis(400), seconds(4))
                                       : between(mix64(decision + 4), millis(1), millis(400));
  apply(Verb::kPauseSite, victim, duration);
}

void Nemesis::break_disk_of(SiteId victim, std::uint64_t decision) {
  static constexpr std::array<const char*, 4> kModes{"stall", "fail", "full", "slow"};
  Action action;
  action.verb = Verb::kDisk;
  action.sites = {victim};
  action.label = kModes[mix64(decision + 2) % kModes.size()];
  if (action.label == "slow") {
    action.duration = between(mix64(decision + 4), millis(10), seconds(30));
  }
  const Duration duration = between(mix64(decision + 5), millis(100), seconds(4));
  impair(victim, duration + seconds(1));
  ++world_.counts().disk_faults;
  faults_.apply(action);
  world_.queue().after(duration, [this, victim] {
    Action well;
    well.verb = Verb::kDisk;
    well.sites = {victim};
    well.label = "ok";
    if (active_) faults_.apply(well);
  });
}

void Nemesis::disturb_clock_of(SiteId victim, std::uint64_t decision) {
  ++world_.counts().clock_faults;
  Action action;
  action.verb = Verb::kClockRate;
  action.sites = {victim};
  action.number = static_cast<std::int64_t>(mix64(decision + 4) % 20'001) - 10'000;
  faults_.apply(action);
}

void Nemesis::slow_processor_of(SiteId victim, std::uint64_t decision) {
  const Duration duration = between(mix64(decision + 5), millis(100), seconds(2));
  impair(victim, duration + seconds(2));
  apply(Verb::kCpu, victim, between(mix64(decision + 4), Duration(20'000), millis(4)));
  world_.queue().after(duration, [this, victim] {
    if (active_) apply(Verb::kCpu, victim, {});
  });
}

/// A process that reads nothing for a while, or speaks garbage.
void Nemesis::annoy_daemon(std::uint64_t decision) {
  annoy_daemon_of({}, decision);
}

void Nemesis::annoy_daemon_of(SiteId site, std::uint64_t decision) {
  ++world_.counts().client_faults;
  Action action;
  action.verb = mix64(decision + 2) % 3 == 0 ? Verb::kGarbage : Verb::kHang;
  action.number = action.verb == Verb::kGarbage ? 1 + static_cast<std::int64_t>(decision % 64) : 0;
  const std::shared_ptr<Actor> annoyed = workload_.tell_one(decision, action, site);
  if (annoyed == nullptr || action.verb == Verb::kGarbage) return;
  Action go_on = action;
  go_on.verb = Verb::kGoOn;
  world_.queue().after(between(mix64(decision + 4), millis(50), seconds(3)),
                       [annoyed, go_on] { (void)annoyed->perform(go_on); });
}

void Nemesis::pause(std::uint64_t decision) {
  const SiteId victim = draw_victim(decision);
  if (victim.value != 0) pause_site(victim, decision);
}

void Nemesis::break_disk(std::uint64_t decision) {
  const SiteId victim = draw_victim(decision);
  if (victim.value != 0) break_disk_of(victim, decision);
}

void Nemesis::disturb_clock(std::uint64_t decision) {
  const SiteId victim = draw_victim(decision);
  if (victim.value != 0) disturb_clock_of(victim, decision);
}

void Nemesis::slow_processor(std::uint64_t decision) {
  const SiteId victim = draw_victim(decision);
  if (victim.value != 0) slow_processor_of(victim, decision);
}

/// Half of the times when a rare path is reached in a site's step, something else than its crash.
void Nemesis::act_at(SiteId site, std::uint64_t decision) {
  const std::uint64_t more = mix64(decision);
  switch (decision % 24) {
    case 0:
      return pause_site(site, more);
    case 1:
      return reset_link_of(site, more);
    case 2:
      return half_open_of(site, more);
    case 3:
      return clog_site(site, more, true);
    case 4:
      return clog_site(site, more, false);
    case 5:
      return slow_link_of(site, more);
    case 6:
    case 7:
      return break_disk_of(site, more);
    case 8:
      return disturb_clock_of(site, more);
    case 9:
      return slow_processor_of(site, more);
    case 10:
      return workload_.kill_one(more, site);
    case 11:
      return annoy_daemon_of(site, more);
    default:
      return;
  }
}

}  // namespace cohort::sim
