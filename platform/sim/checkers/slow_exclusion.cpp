#include "platform/sim/checkers/checker.h"

namespace cohort::sim::checkers {

/// F2: a process whose link ended because it had read nothing was in fact not reading (where it
/// says when it reads), and nobody's queue was ever full: senders stop before.
void check_slow_exclusion(const Index& index, Findings& findings) {
  for (const auto& [process, history] : index.processes()) {
    bool says = false;
    bool reading = true;
    for (std::size_t i = 0; i < history.records.size(); ++i) {
      const HistoryRecord& record = history.records[i];
      if (record.kind == HistoryKind::kNote && record.text.starts_with("reading.")) {
        says = true;
        reading = record.text == "reading.again";
      }
      if (record.kind != HistoryKind::kEnd) continue;
      if (record.text.starts_with("its queue is full")) {
        findings.add(to_string(process) + " was excluded because its queue was full",
                     {Place{process, i}});
      } else if (says && reading && record.text.starts_with("it has read nothing")) {
        findings.add(to_string(process) + " was excluded as slow while it was reading",
                     {Place{process, i}});
      }
    }
  }
}

}  // namespace cohort::sim::checkers
