#include "platform/sim/nemesis.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/base/instrument.h"
#include "platform/sim/decide.h"
#include "platform/sim/partitions.h"

namespace cohort::sim {

namespace {

/// Rare paths at which a crash is worth more than anywhere else: of the daemons, and of the tools.
constexpr std::array<std::string_view, 29> kCoreTriggers{"view.promised",
                                                         "view.promised",
                                                         "view.fetch_begun",
                                                         "view.fetch_for_adopted",
                                                         "view.entries_asked",
                                                         "view.entries_fetched",
                                                         "view.accepted",
                                                         "view.proposed",
                                                         "view.value_adopted",
                                                         "view.chosen",
                                                         "view.committed",
                                                         "view.acceptance_outrun",
                                                         "view.hole_skipped",
                                                         "view.opening_from_value",
                                                         "view.epoch_closed_by_cut",
                                                         "view.voter_lost_in_ballot",
                                                         "view.waits_for_lease",
                                                         "epochs.switched",
                                                         "epochs.frame_before_opening",
                                                         "session.new_life",
                                                         "session.resumed_with_frames",
                                                         "cut.trimmed",
                                                         "cut.order_tail",
                                                         "router.frame_of_next_view",
                                                         "client.not_serving",
                                                         "client.flushed",
                                                         "client.flushed",
                                                         "delivery.safe",
                                                         "delivery.safe"};
constexpr std::array<std::string_view, 8> kToolTriggers{
    "transfer.hold", "transfer.hold", "transfer.block_sent", "transfer.block_received",
    "cc.act",        "cc.takeover",   "cc.takeover",         "cc.result"};

/// Where a plant whose sites have all failed is formed anew.
constexpr std::array<std::string_view, 4> kFormingTriggers{
    "view.formed", "view.chosen", "view.former_view_finished", "view.former_view_learnt"};

enum Kind : std::uint64_t {
  kSiteCrash = 1,
  kProcessCrash,
  kReset,
  kPartition,
  kClog,
  kPause,
  kTrigger,
  kTotal,
  kHalfOpen,
  kSplit,
  kFlap,
  kSlow,
  kDisk,
  kClock,
  kProcessor,
  kClient,
  kGiveUp
};

}  // namespace

Nemesis::Nemesis(World& world, Workload& workload)
    : world_(world), workload_(workload), faults_(world) {
  world_.may_crash = [this](SiteId site) { return active_ && may_lose(site); };
  world_.other_act = [this](SiteId site, std::uint64_t decision) {
    if (!active_ || !is_other_act(decision)) return false;
    // Behind the step that reached the path: an act that gives the site an input must not have it
    // answered before the effects of that step are carried out, which no daemon does.
    world_.queue().after(Duration{0}, [this, site, decision] {
      if (active_) act_at(site, decision);
    });
    return true;
  };
}

void Nemesis::start() {
  active_ = true;
  const FaultOptions& faults = world_.options().faults;
  repeat(faults.site_crash, &Nemesis::crash_site, kSiteCrash, 0);
  repeat(faults.process_crash, &Nemesis::crash_process, kProcessCrash, 0);
  repeat(faults.link_reset, &Nemesis::reset_link, kReset, 0);
  repeat(faults.half_open, &Nemesis::half_open, kHalfOpen, 0);
  repeat(faults.partition, &Nemesis::partition, kPartition, 0);
  repeat(faults.split, &Nemesis::split, kSplit, 0);
  repeat(faults.flap, &Nemesis::flap, kFlap, 0);
  repeat(faults.clog, &Nemesis::clog, kClog, 0);
  repeat(faults.slow_link, &Nemesis::slow_link, kSlow, 0);
  repeat(faults.pause, &Nemesis::pause, kPause, 0);
  repeat(faults.disk, &Nemesis::break_disk, kDisk, 0);
  repeat(faults.clock, &Nemesis::disturb_clock, kClock, 0);
  repeat(faults.processor, &Nemesis::slow_processor, kProcessor, 0);
  repeat(faults.client, &Nemesis::annoy_daemon, kClient, 0);
  repeat(faults.total_failure, &Nemesis::crash_all, kTotal, 0);
  if (faults.trigger) repeat(millis(400), &Nemesis::arm_trigger, kTrigger, 0);
}

std::set<SiteId> Nemesis::stop() {
  std::set<SiteId> lost;
  const std::uint64_t decision = decide(world_.options().seed, {0x6e656d, kGiveUp});
  if (world_.options().faults.lose_for_good) lost = draw_minority(decision);
  active_ = false;
  world_.disarm();
  faults_.end_all();
  give_up_on(lost, decision);
  return lost;
}

void Nemesis::mend() {
  faults_.end_all();
  for (const auto& [id, site] : world_.sites()) apply(Verb::kStartSite, id, {});
}

/// The rest of the plant has to do without these from now on: dead, or cut off.
void Nemesis::give_up_on(const std::set<SiteId>& sites, std::uint64_t decision) {
  if (sites.empty()) return;
  std::vector<SiteId> outside;
  for (const auto& [id, site] : world_.sites()) {
    if (!sites.contains(id)) outside.push_back(id);
  }
  const bool all_up = std::all_of(sites.begin(), sites.end(),
                                  [this](SiteId site) { return world_.site(site).up(); });
  Action action;
  if (all_up && mix64(decision + 1) % 2 == 0) {
    action.verb = Verb::kCrashSite;
    action.sites = {sites.begin(), sites.end()};
  } else {
    action.verb = Verb::kCut;
    action.directions = cut_apart({{sites.begin(), sites.end()}, outside});
  }
  faults_.apply(action);
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
  if (world_.options().faults.quorum_too) return true;
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

void Nemesis::impair(SiteId site, Duration duration) {
  impaired_.insert(site);
  world_.queue().after(duration + millis(500),
                       [this, site] { impaired_.erase(impaired_.find(site)); });
}

void Nemesis::arm_trigger(std::uint64_t decision) {
  const std::uint64_t more = mix64(decision + 9);
  const std::uint64_t nth = 1 + mix64(decision) % 3;
  // One time in four any path that this run has been on, else one of those that are worth it.
  if (more % 4 == 0) return world_.arm(draw_probe(mix64(more)), nth);
  if (world_.options().faults.total_failure > Duration{0} && mix64(more + 1) % 2 == 0) {
    return world_.arm(std::string(kFormingTriggers[decision % kFormingTriggers.size()]), nth);
  }
  const bool in_tools = world_.options().tool_share > 0 && more % 2 == 0;
  world_.arm(std::string(in_tools ? kToolTriggers[decision % kToolTriggers.size()]
                                  : kCoreTriggers[decision % kCoreTriggers.size()]),
             nth);
}

std::string Nemesis::draw_probe(std::uint64_t decision) const {
  std::vector<std::string_view> reached;
  for (const auto& [name, hits] : instrument::probes()) {
    const bool of_a_table = name.starts_with("cell.") || name.starts_with("fault.");
    if (!of_a_table && !name.starts_with("crash")) reached.push_back(name);
  }
  return reached.empty() ? "view.promised" : std::string(reached[decision % reached.size()]);
}

}  // namespace cohort::sim
