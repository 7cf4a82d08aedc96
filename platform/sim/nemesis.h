/// Breaks things, as the seed says: sites, processes, links, hosts; at times, and where a rare path
/// is reached. Unless the options let it, it never takes the plant's quorum away: that is what
/// `may_lose` guards. Every fault is an Action, so a run can be written down (action.h).
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "platform/sim/faults.h"
#include "platform/sim/workload.h"
#include "platform/sim/world.h"

namespace cohort::sim {

class Nemesis {
 public:
  Nemesis(World& world, Workload& workload);

  void start();
  /// Ends every fault that lasts, and breaks nothing from now on. In some runs a minority of the
  /// sites stays broken for good: these are returned.
  std::set<SiteId> stop();
  /// Mends what stop() left broken.
  void mend();

 private:
  using Act = void (Nemesis::*)(std::uint64_t decision);

  // nemesis.cpp: when, and whom
  void repeat(Duration mean, Act act, std::uint64_t kind, std::uint64_t count);
  bool may_lose(SiteId site) const;
  /// A site that may be lost, or none.
  SiteId draw_victim(std::uint64_t decision) const;
  SiteId draw_site(std::uint64_t decision) const;
  std::set<SiteId> draw_minority(std::uint64_t decision) const;
  void impair(SiteId site, Duration duration);
  void arm_trigger(std::uint64_t decision);
  /// The name of a probe that this run has hit.
  std::string draw_probe(std::uint64_t decision) const;
  void give_up_on(const std::set<SiteId>& sites, std::uint64_t decision);

  // nemesis_acts.cpp: what
  void crash_site(std::uint64_t decision);
  void crash_all(std::uint64_t decision);
  void crash_process(std::uint64_t decision);
  void reset_link(std::uint64_t decision);
  void half_open(std::uint64_t decision);
  void partition(std::uint64_t decision);
  void split(std::uint64_t decision);
  void flap(std::uint64_t decision);
  void clog(std::uint64_t decision);
  void slow_link(std::uint64_t decision);
  void pause(std::uint64_t decision);
  void break_disk(std::uint64_t decision);
  void disturb_clock(std::uint64_t decision);
  void slow_processor(std::uint64_t decision);
  void annoy_daemon(std::uint64_t decision);
  void annoy_daemon_of(SiteId site, std::uint64_t decision);
  void pause_site(SiteId victim, std::uint64_t decision);
  void reset_link_of(SiteId a, std::uint64_t decision);
  void half_open_of(SiteId a, std::uint64_t decision);
  void clog_site(SiteId a, std::uint64_t decision, bool both_ways);
  void slow_link_of(SiteId a, std::uint64_t decision);
  void break_disk_of(SiteId victim, std::uint64_t decision);
  void disturb_clock_of(SiteId victim, std::uint64_t decision);
  void slow_processor_of(SiteId victim, std::uint64_t decision);
  /// One such decision in two is an act_at, the others are left at a crash.
  static bool is_other_act(std::uint64_t decision) { return decision % 24 < 12; }
  void act_at(SiteId site, std::uint64_t decision);
  void apply(Verb verb, SiteId site, Duration duration);
  void cut_for(std::vector<Direction> directions, Duration duration);

  World& world_;
  Workload& workload_;
  Faults faults_;
  bool active_ = false;
  std::multiset<SiteId> impaired_;  ///< cut off, paused, slow: counted as lost
};

}  // namespace cohort::sim
