#include <algorithm>

#include "platform/base/time.h"
#include "platform/sim/checkers/checker.h"

namespace cohort::sim::checkers {

namespace {

/// The daemon's word that it gave up can cross the process's first reading.
constexpr Duration kGoodbyeOnItsWay = seconds(1);

}  // namespace

/// F2: a process whose link ended because it had read nothing was in fact not reading (where it
/// says when it reads), and nobody's queue was ever full: senders stop before.
void check_slow_exclusion(const Index& index, Findings& findings) {
  for (const auto& [process, history] : index.processes()) {
    bool says = false;
    int stops = 0;  // a link may hang while its process reads nothing: both must be over
    std::int64_t again_ns = 0;
    for (std::size_t i = 0; i < history.records.size(); ++i) {
      const HistoryRecord& record = history.records[i];
      if (record.kind == HistoryKind::kNote && record.text.starts_with("reading.")) {
        says = true;
        if (record.text == "reading.again") {
          stops = std::max(0, stops - 1);
          again_ns = record.time_ns;
        } else {
          ++stops;
        }
      }
      if (record.kind != HistoryKind::kEnd) continue;
      if (record.text.starts_with("its queue is full")) {
        findings.add(to_string(process) + " was excluded because its queue was full",
                     {Place{process, i}});
      } else if (says && stops == 0 && record.time_ns - again_ns > kGoodbyeOnItsWay.count() &&
                 record.text.starts_with("it has read nothing")) {
        findings.add(to_string(process) + " was excluded as slow while it was reading",
                     {Place{process, i}});
      }
    }
  }
}

}  // namespace cohort::sim::checkers
