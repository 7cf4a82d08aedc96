/// Which long actions are under way where, so that a run can say what a fault came in the middle
/// of.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/ids.h"
#include "platform/wire/history.h"

namespace cohort::sim {

class Phases {
 public:
  /// A tool's word: transfers begin and end, cohorts take over and finish.
  void on_note(ProcessId process, const wire::HistoryRecord& note);
  /// The process ends. Counts the probes "crash.mid-transfer" (it receives a state, or has encoded
  /// one that is being received) and "crash.mid-takeover" (it acts for a failed coordinator).
  void on_process_end(ProcessId process);
  /// A life begins: its site joins, until it installs its first view.
  void on_site_start(SiteId site);
  /// Every step of a site's daemon, with the probes that it hit.
  void on_site_step(SiteId site, const std::vector<std::string>& probes, bool installed);
  /// The site's daemon dies. Counts "crash.mid-view-change".
  void on_site_end(SiteId site);

  /// Counts the probes "fault.KIND.PHASE" for every phase that the site is in.
  void on_fault(std::string_view kind, SiteId site) const;
  /// The phases of the table fault x phase, in its order.
  static std::vector<std::string> names();

 private:
  struct Where {
    std::string stage = "joining";  ///< of names(), but for those that a process makes
    bool blocked = false;           ///< it does not serve
  };

  std::map<SiteId, Where> sites_;
  std::map<ProcessId, std::uint64_t> receiving_;  ///< joiner -> the view of its join
  std::map<ProcessId, std::uint64_t> encoded_;    ///< member -> the view it encoded its state for
  std::map<ProcessId, std::set<wire::MessageId>> takeovers_;
};

}  // namespace cohort::sim
