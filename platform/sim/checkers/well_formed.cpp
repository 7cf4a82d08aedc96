#include "platform/sim/checkers/checker.h"

namespace cohort::sim::checkers {

/// A history that lacks records proves nothing: each process's begin with kBegin and have no gap.
void check_well_formed(const Index& index, Findings& findings) {
  for (const auto& [process, history] : index.processes()) {
    if (history.any_record_missing) {
      findings.add("the records of " + to_string(process) + " are not numbered 1, 2, 3, ...",
                   {Place{process, 0}, Place{process, history.records.size() - 1}});
    }
    std::size_t begins = 0;
    for (const HistoryRecord& record : history.records) {
      if (record.kind == HistoryKind::kBegin) ++begins;
    }
    if (begins != 1 || history.records.front().kind != HistoryKind::kBegin) {
      findings.add("the records of " + to_string(process) + " do not begin with its one kBegin",
                   {Place{process, 0}});
    }
  }
}

}  // namespace cohort::sim::checkers
