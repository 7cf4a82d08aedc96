#include "platform/sim/faults.h"

#include <algorithm>
#include <set>

#include "platform/base/assert.h"

namespace cohort::sim {

namespace {

/// What the table fault x phase calls it; empty: no fault, or the end of one.
std::string kind_of(const Action& action) {
  switch (action.verb) {
    case Verb::kCrashSite:
      return action.power ? "power cut" : "crash";
    case Verb::kPauseSite:
      return "pause";
    case Verb::kReset:
      return "reset";
    case Verb::kHalfOpen:
      return "half-open";
    case Verb::kSlow:
      return action.number > 0 ? "slow link" : "";
    case Verb::kClockRate:
      return "clock drift";
    case Verb::kCpu:
      return action.duration > Duration{0} ? "slow processor" : "";
    case Verb::kDisk:
      return action.label == "ok" ? "" : "disk " + action.label;
    default:
      return "";
  }
}

Disk::Mode disk_mode(const std::string& name) {
  if (name == "stall") return Disk::Mode::kStalled;
  if (name == "fail") return Disk::Mode::kFailing;
  if (name == "full") return Disk::Mode::kFull;
  return Disk::Mode::kWell;
}

}  // namespace

void Faults::apply(const Action& action) {
  world_.journal(action);
  count(action);
  COHORT_ASSERT(action.verb <= Verb::kCpu, "processes are somebody else's business");
  if (action.verb >= Verb::kReset && action.verb <= Verb::kRelease) return apply_to_links(action);
  for (SiteId site : action.sites) apply_to_host(action, site);
}

void Faults::count(const Action& action) {
  std::set<SiteId> both_ways;
  std::set<SiteId> one_way;
  for (const Direction direction : action.directions) {
    const auto& all = action.directions;
    const bool both =
        std::find(all.begin(), all.end(), Direction{direction.to, direction.from}) != all.end();
    (both ? both_ways : one_way).insert(direction.from);
    (both ? both_ways : one_way).insert(direction.to);
  }
  if (action.verb == Verb::kCut) {
    for (SiteId site : both_ways) world_.phases().on_fault("cut", site);
    for (SiteId site : one_way) world_.phases().on_fault("one-way cut", site);
    return;
  }
  const std::string kind = kind_of(action);
  if (kind.empty()) return;
  for (SiteId site : action.sites) world_.phases().on_fault(kind, site);
  both_ways.insert(one_way.begin(), one_way.end());
  for (SiteId site : both_ways) world_.phases().on_fault(kind, site);
}

void Faults::apply_to_host(const Action& action, SiteId id) {
  Site& site = world_.site(id);
  const Duration now = world_.queue().now();
  switch (action.verb) {
    case Verb::kStartSite:
      return site.start();
    case Verb::kCrashSite: {
      const Death how = action.power ? Death::kHost : Death::kProcess;
      if (action.number > 0) {
        return site.crash_after_effects(static_cast<std::uint64_t>(action.number), how,
                                        action.duration);
      }
      return site.crash(how, action.duration, "told to");
    }
    case Verb::kPauseSite:
      return site.pause(action.duration);
    case Verb::kResumeSite:
      return site.resume();
    case Verb::kLeaveSite:
      return site.leave();
    case Verb::kDisk:
      return site.set_disk(disk_mode(action.label), action.duration);
    case Verb::kClockRate:
      return site.clock().drift(action.number, now);
    default:
      return site.set_service_time(action.duration);
  }
}

void Faults::apply_to_links(const Action& action) {
  Network& network = world_.network();
  if (action.verb == Verb::kHeal && action.directions.empty()) {
    for (const auto& [direction, count] : std::exchange(cuts_, {})) {
      network.block(direction.from, direction.to, false);
    }
  }
  for (const Direction direction : action.directions) {
    const auto [from, to] = direction;
    if (action.verb == Verb::kReset) {
      if (from > to) continue;  // once for both directions
      if (action.channel != 1) network.reset(from, to, core::Channel::kControl);
      if (action.channel != 0) network.reset(from, to, core::Channel::kData);
      if (action.channel == 2) network.reset(from, to, core::Channel::kTransfer);
    }
    if (action.verb == Verb::kHalfOpen) network.half_open(from, to);
    if (action.verb == Verb::kCut) cut(direction, true);
    if (action.verb == Verb::kHeal) cut(direction, false);
    if (action.verb == Verb::kSlow) {
      network.slow(from, to, static_cast<std::uint64_t>(action.number));
    }
    if (action.verb == Verb::kHold) network.hold(from, to, action.label, true);
    if (action.verb == Verb::kRelease) network.hold(from, to, action.label, false);
  }
}

void Faults::cut(Direction direction, bool on) {
  if (on) {
    if (++cuts_[direction] == 1) world_.network().block(direction.from, direction.to, true);
    return;
  }
  const auto found = cuts_.find(direction);
  if (found == cuts_.end() || --found->second > 0) return;
  cuts_.erase(found);
  world_.network().block(direction.from, direction.to, false);
}

void Faults::end_all() {
  cuts_.clear();
  world_.network().calm();
  for (const auto& [id, site] : world_.sites()) {
    site->set_disk(Disk::Mode::kWell, Duration{0});
    site->set_service_time(Duration{0});
    site->resume();
  }
}

}  // namespace cohort::sim
