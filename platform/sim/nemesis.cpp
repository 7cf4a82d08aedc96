#include "platform/sim/nemesis.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "platform/sim/decide.h"

namespace cohort::sim {

namespace {

/// Rare paths at which a crash is worth more than anywhere else.
constexpr std::array<std::string_view, 27> kTriggers{"view.promised",
                                                     "view.promised",
                                                     "view.value_adopted",
                                                     "view.chosen",
                                                     "view.entries_fetched",
                                                     "view.acceptance_outrun",
                                                     "view.hole_skipped",
                                                     "view.opening_from_value",
                                                     "view.epoch_closed_by_cut",
                                                     "view.voter_lost_in_ballot",
                                                     "view.waits_for_lease",
                                                     "epochs.frame_before_opening",
                                                     "session.resumed_with_frames",
                                                     "cut.trimmed",
                                                     "cut.order_tail",
                                                     "router.frame_of_next_view",
                                                     "client.flushed",
                                                     "client.flushed",
                                                     "delivery.safe",
                                                     "delivery.safe",
                                                     "transfer.hold",
                                                     "transfer.block_sent",
                                                     "transfer.block_received",
                                                     "cc.act",
                                                     "cc.takeover",
                                                     "cc.takeover",
                                                     "cc.result"};

constexpr std::size_t kToolTriggers = 7;  ///< the last of them

enum Kind : std::uint64_t {
  kSiteCrash = 1,
  kProcessCrash,
  kReset,
  kPartition,
  kClog,
  kPause,
  kTrigger,
  kTotal
};

}  // namespace

Nemesis::Nemesis(World& world, Workload& workload) : world_(world), workload_(workload) {
  world_.may_crash = [this](SiteId site) { return active_ && may_lose(site); };
}

void Nemesis::start() {
  active_ = true;
  const FaultOptions& faults = world_.options().faults;
  repeat(faults.site_crash, &Nemesis::crash_site, kSiteCrash, 0);
  repeat(faults.process_crash, &Nemesis::crash_process, kProcessCrash, 0);
  repeat(faults.link_reset, &Nemesis::reset_link, kReset, 0);
  repeat(faults.partition, &Nemesis::partition, kPartition, 0);
  repeat(faults.clog, &Nemesis::clog, kClog, 0);
  repeat(faults.pause, &Nemesis::pause, kPause, 0);
  repeat(faults.total_failure, &Nemesis::crash_all, kTotal, 0);
  if (faults.trigger) repeat(millis(400), &Nemesis::arm_trigger, kTrigger, 0);
}

void Nemesis::stop() {
  active_ = false;
  world_.disarm();
  world_.network().calm();
  for (const auto& [from, to] : std::exchange(blocked_, {}))
    world_.network().block(from, to, false);
}

void Nemesis::repeat(Duration mean, Act act, std::uint64_t kind, std::uint64_t count) {
  if (mean == Duration{0}) return;
  const std::uint64_t decision = decide(world_.options().seed, {0x6e656d, kind, count});
  world_.queue().after(exponential(decision, mean), [this, mean, act, kind, count, decision] {
    if (!active_) return;
    (this->*act)(mix64(decision));
    repeat(mean, act, kind, count + 1);
  });
}

bool Nemesis::may_lose(SiteId site) const {
  const std::vector<SiteLife>& members = workload_.newest_view().members;
  if (members.empty()) return false;
  std::size_t left = 0;
  bool oldest_left = false;
  bool in_view = false;
  for (SiteLife life : members) {
    const Site& there = world_.site(life.site);
    in_view = in_view || life.site == site;
    const bool lost = life.site == site || !there.up() || there.life() != life || there.paused() ||
                      impaired_.contains(life.site);
    if (lost) continue;
    ++left;
    oldest_left = oldest_left || life == members.front();
  }
  if (!in_view) return true;
  return 2 * left > members.size() || (2 * left == members.size() && oldest_left);
}

SiteId Nemesis::draw_site(std::uint64_t decision) const {
  return SiteId{static_cast<std::uint16_t>(1 + decision % world_.options().sites)};
}

SiteId Nemesis::draw_victim(std::uint64_t decision) const {
  const SiteId site = draw_site(decision);
  return may_lose(site) ? site : SiteId{};
}

void Nemesis::crash_site(std::uint64_t decision) {
  const SiteId victim = draw_victim(decision);
  if (victim.value == 0) return;
  const std::uint64_t more = mix64(decision);
  world_.site(victim).crash_after_effects(more % 12, more % 3 == 0 ? Death::kHost : Death::kProcess,
                                          between(mix64(more), millis(100), seconds(3)));
}

/// Nothing is left of the plant but its logs.
void Nemesis::crash_all(std::uint64_t decision) {
  for (const auto& [id, site] : world_.sites()) {
    const std::uint64_t more = mix64(decision + id.value);
    Site* victim = site.get();
    world_.queue().after(between(more, {}, millis(30)), [victim, more] {
      victim->crash_after_effects(more % 12, more % 3 == 0 ? Death::kHost : Death::kProcess,
                                  between(mix64(more), millis(100), seconds(2)));
    });
  }
}

void Nemesis::crash_process(std::uint64_t decision) {
  workload_.kill_one(decision);
}

void Nemesis::reset_link(std::uint64_t decision) {
  const SiteId a = draw_site(decision);
  const SiteId b = draw_site(mix64(decision));
  if (a == b) return;
  const std::uint64_t which = mix64(decision + 1) % 3;
  if (which != 1) world_.network().reset(a, b, core::Channel::kControl);
  if (which != 0) world_.network().reset(a, b, core::Channel::kData);
  if (mix64(decision + 2) % 2 == 0) world_.network().reset(a, b, core::Channel::kTransfer);
}

std::set<SiteId> Nemesis::draw_minority(std::uint64_t decision) const {
  std::set<SiteId> minority;
  const std::uint64_t wanted = 1 + decision % std::max(1u, world_.options().sites / 2);
  for (std::uint64_t i = 0; i < wanted; ++i) {
    const SiteId site = draw_victim(mix64(decision + i));
    if (site.value != 0) minority.insert(site);
    if (minority.size() == 1) continue;
    // A second one: only where the rest is a quorum without both.
    const std::size_t size = workload_.newest_view().members.size();
    if (2 * (minority.size() + impaired_.size()) >= size && !minority.empty()) {
      minority.erase(std::prev(minority.end()));
    }
  }
  return minority;
}

void Nemesis::partition(std::uint64_t decision) {
  if (!impaired_.empty()) return;
  const std::set<SiteId> minority = draw_minority(decision);
  if (minority.empty()) return;
  std::set<std::pair<SiteId, SiteId>> directions;
  const std::uint64_t shape = mix64(decision + 77) % 4;  // 0: in only, 1: out only, else both
  for (SiteId inside : minority) {
    for (const auto& [outside, site] : world_.sites()) {
      if (minority.contains(outside)) continue;
      if (shape != 1) directions.insert({outside, inside});
      if (shape != 0) directions.insert({inside, outside});
    }
  }
  ++world_.counts().partitions;
  const Duration duration = between(mix64(decision + 5), millis(200), seconds(4));
  for (SiteId inside : minority) {
    impaired_.insert(inside);
    world_.queue().after(duration + millis(500),
                         [this, inside] { impaired_.erase(impaired_.find(inside)); });
  }
  block(directions, duration);
}

void Nemesis::clog(std::uint64_t decision) {
  const SiteId a = draw_victim(decision);
  const SiteId b = draw_site(mix64(decision));
  if (a.value == 0 || a == b) return;
  ++world_.counts().clogs;
  const Duration duration = between(mix64(decision + 5), millis(20), millis(1500));
  impaired_.insert(a);
  world_.queue().after(duration + millis(500), [this, a] { impaired_.erase(impaired_.find(a)); });
  block({{a, b}}, duration);
}

void Nemesis::block(const std::set<std::pair<SiteId, SiteId>>& directions, Duration duration) {
  for (const auto& direction : directions) {
    blocked_.insert(direction);
    world_.network().block(direction.first, direction.second, true);
    world_.queue().after(duration, [this, direction] {
      auto found = blocked_.find(direction);
      if (found == blocked_.end()) return;
      blocked_.erase(found);
      if (!blocked_.contains(direction)) {
        world_.network().block(direction.first, direction.second, false);
      }
    });
  }
}

void Nemesis::pause(std::uint64_t decision) {
  const SiteId victim = draw_victim(decision);
  if (victim.value == 0) return;
  ++world_.counts().pauses;
  const bool longer = mix64(decision + 3) % 3 == 0;
  world_.site(victim).pause(longer ? between(mix64(decision + 4), millis(400), seconds(4))
                                   : between(mix64(decision + 4), millis(1), millis(400)));
}

void Nemesis::arm_trigger(std::uint64_t decision) {
  const bool in_tools = world_.options().tool_share > 0 && mix64(decision + 9) % 2 == 0;
  const std::size_t choices = in_tools ? kToolTriggers : kTriggers.size();
  const std::size_t chosen = kTriggers.size() - 1 - decision % choices;
  world_.arm(std::string(kTriggers[chosen]), 1 + mix64(decision) % 3);
}

}  // namespace cohort::sim
