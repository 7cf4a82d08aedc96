/// Which long actions are under way, so that a run can say whether a crash came in the middle of
/// one.
#pragma once

#include <cstdint>
#include <map>
#include <set>

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
  /// Every step of a site's daemon: from its promise to its next view it is in a view change.
  void on_site_step(SiteId site, bool promised, bool installed);
  /// The site's daemon dies. Counts "crash.mid-view-change".
  void on_site_end(SiteId site);

 private:
  std::map<ProcessId, std::uint64_t> receiving_;  ///< joiner -> the view of its join
  std::map<ProcessId, std::uint64_t> encoded_;    ///< member -> the view it encoded its state for
  std::map<ProcessId, std::set<wire::MessageId>> takeovers_;
  std::set<SiteId> changing_;
};

}  // namespace cohort::sim
