#include <set>

#include "platform/sim/checkers/promised.h"

namespace cohort::sim::checkers {

namespace {

/// The messages that `history` had sent (with a number) or delivered before the flush began.
std::set<MessageId> before_flush(const ProcessHistory& history, std::size_t begin,
                                 std::size_t end) {
  std::set<MessageId> result;
  std::set<std::uint64_t> sends;
  for (std::size_t i = 0; i < end; ++i) {
    const HistoryRecord& record = history.records[i];
    if (record.kind == HistoryKind::kSend && i < begin) sends.insert(record.token);
    if (record.kind == HistoryKind::kDeliver && i < begin) result.insert(record.id);
    if (record.kind == HistoryKind::kSent && record.text.empty() && sends.contains(record.token)) {
      result.insert(record.id);
    }
  }
  return result;
}

void check_one(const Index& index, ProcessId process, std::size_t begin, std::size_t end,
               std::set<MessageId>& judged, Findings& findings) {
  const ProcessHistory& history = *index.find(process);
  for (MessageId id : before_flush(history, begin, end)) {
    if (!judged.insert(id).second) continue;
    require_held(index, id, {process, end}, "a flush had returned for", findings);
    if (findings.full()) return;
  }
}

}  // namespace

/// M7 (flush): when a flush returns, all that the caller had sent or delivered is held by all its
/// surviving recipients, even if the caller and all that delivered it crash at once.
void check_flush(const Index& index, Findings& findings) {
  for (const auto& [process, history] : index.processes()) {
    std::map<std::uint64_t, std::size_t> begun;
    std::set<MessageId> judged;
    for (std::size_t i = 0; i < history.records.size(); ++i) {
      const HistoryRecord& record = history.records[i];
      if (record.kind == HistoryKind::kFlushBegin) begun[record.token] = i;
      if (record.kind != HistoryKind::kFlushEnd || !begun.contains(record.token)) continue;
      check_one(index, process, begun[record.token], i, judged, findings);
    }
  }
}

}  // namespace cohort::sim::checkers
