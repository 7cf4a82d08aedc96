/// Carries out the actions that concern sites, links and hosts, whoever decided them: the nemesis
/// of a seed or the script of a scenario.
#pragma once

#include <map>

#include "platform/sim/action.h"
#include "platform/sim/world.h"

namespace cohort::sim {

class Faults {
 public:
  explicit Faults(World& world) : world_(world) {}

  /// Requires: an action on sites, links or hosts (not is_operation, not the crash of a process),
  /// whose sites the plant has.
  void apply(const Action& action);
  /// Ends every fault that lasts. Sites that are down stay down.
  void end_all();

 private:
  void apply_to_links(const Action& action);
  void apply_to_host(const Action& action, SiteId site);
  void cut(Direction direction, bool on);
  void count(const Action& action);

  World& world_;
  std::map<Direction, int> cuts_;  ///< several faults may cut the same direction
};

}  // namespace cohort::sim
