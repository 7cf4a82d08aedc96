#include "platform/sim/checkers/checker.h"

namespace cohort::sim::checkers {

/// V6: once a process was told that another failed, it delivers nothing more from it.
void check_clean_failure(const Index& index, Findings& findings) {
  for (const auto& [process, history] : index.processes()) {
    std::map<ProcessId, std::size_t> gone;
    for (std::size_t i = 0; i < history.records.size(); ++i) {
      const HistoryRecord& record = history.records[i];
      if (record.kind == HistoryKind::kGone) {
        auto [found, is_new] = gone.try_emplace(record.peer, i);
        if (!is_new) {
          findings.add(to_string(record.peer) + " fails twice",
                       {Place{process, found->second}, Place{process, i}});
        }
      }
      if (record.kind != HistoryKind::kDeliver) continue;
      if (auto found = gone.find(record.peer); found != gone.end()) {
        findings.add("a message of " + to_string(record.peer) + " after the news of its failure",
                     {Place{process, found->second}, Place{process, i}});
      }
    }
  }
}

}  // namespace cohort::sim::checkers
