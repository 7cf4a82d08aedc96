/// What the processes of a run have seen so far, read off its records as they are written.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "platform/sim/world.h"

namespace cohort::sim {

class Observer {
 public:
  explicit Observer(World& world) : world_(world) {}

  /// Reads what has been recorded since the last look.
  void look();

  const std::vector<std::uint64_t>& deliveries(ProcessId process) const;
  /// The newest view of the group that the process was told; empty: none.
  std::vector<ProcessId> view(ProcessId process, GroupId group) const;
  /// The members of the site view of that number, as anybody was told; empty: nobody was.
  std::vector<SiteLife> site_view(std::uint64_t number) const;
  bool gone(ProcessId process) const { return gone_.contains(process); }
  /// The reasons for removals that any process was told: "3.1: silent for 700 ms".
  const std::vector<std::string>& removals() const { return removals_; }

 private:
  void take(const wire::HistoryRecord& record);

  World& world_;
  std::size_t read_ = 0;
  std::map<ProcessId, std::vector<std::uint64_t>> deliveries_;
  std::map<std::pair<ProcessId, GroupId>, std::vector<ProcessId>> views_;
  std::map<std::uint64_t, std::vector<SiteLife>> site_views_;
  std::set<ProcessId> gone_;
  std::vector<std::string> removals_;
};

}  // namespace cohort::sim
