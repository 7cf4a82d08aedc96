/// Properties P50 and P51: what was reported durable survives a total failure, whichever quorum of
/// sites comes back first. Checked at the moment of each report, on the disks as they are then.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "platform/sim/checkers/checker.h"
#include "platform/sim/disk.h"
#include "platform/wire/group_log.h"

namespace cohort::sim {

class DurableWatch {
 public:
  /// `id` was told to its sender as durable; `view`: the sites of the newest view, oldest first;
  /// `disks`: of all sites of the plant. Every quorum of the view is tried as the first to be back.
  void on_durable(const wire::MessageId& id, const std::vector<SiteId>& view,
                  const std::map<SiteId, const GroupLogs*>& disks);

  const std::vector<checkers::Violation>& violations() const { return violations_; }

 private:
  void violate(const wire::MessageId& id, const std::string& what);

  std::vector<checkers::Violation> violations_;
};

}  // namespace cohort::sim
