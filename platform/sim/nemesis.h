/// Breaks things, as the seed says: sites, processes, connections, directions of the network; at
/// times, and where a rare path is reached. It never takes the plant's quorum away (a run without
/// one has nothing to promise): that is what `may_lose` guards.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>

#include "platform/sim/workload.h"
#include "platform/sim/world.h"

namespace cohort::sim {

class Nemesis {
 public:
  Nemesis(World& world, Workload& workload);

  void start();
  /// Ends every fault that lasts, and breaks nothing from now on.
  void stop();

 private:
  using Act = void (Nemesis::*)(std::uint64_t decision);

  void repeat(Duration mean, Act act, std::uint64_t kind, std::uint64_t count);
  bool may_lose(SiteId site) const;
  /// A site that may be lost, or none.
  SiteId draw_victim(std::uint64_t decision) const;
  SiteId draw_site(std::uint64_t decision) const;

  void crash_site(std::uint64_t decision);
  void crash_all(std::uint64_t decision);
  void crash_process(std::uint64_t decision);
  void reset_link(std::uint64_t decision);
  void partition(std::uint64_t decision);
  void clog(std::uint64_t decision);
  void pause(std::uint64_t decision);
  void arm_trigger(std::uint64_t decision);
  void block(const std::set<std::pair<SiteId, SiteId>>& directions, Duration duration);
  std::set<SiteId> draw_minority(std::uint64_t decision) const;

  World& world_;
  Workload& workload_;
  bool active_ = false;
  std::multiset<std::pair<SiteId, SiteId>> blocked_;
  std::multiset<SiteId> impaired_;  ///< cut off or paused: counted as lost
};

}  // namespace cohort::sim
