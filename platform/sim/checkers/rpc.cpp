#include <algorithm>
#include <set>

#include "platform/sim/checkers/checker.h"

namespace cohort::sim::checkers {

namespace {

/// Notes "rpc.begin" and "rpc.return" of one call: token = the caller's number of the call,
/// view = replies wanted; at the return members = who replied and digest = the error's number.
void check_return(const Index& index, Place begin, Place end, Findings& findings) {
  const HistoryRecord& call = index.at(begin);
  const HistoryRecord& result = index.at(end);
  const std::set<ProcessId> distinct(result.members.begin(), result.members.end());
  if (distinct.size() != result.members.size()) {
    findings.add("one process replies twice to a call", {begin, end});
  }
  if (result.members.size() > call.view) {
    findings.add("a call returns more replies than it wanted", {begin, end});
  }
}

}  // namespace

/// R1: a call returns, with at most the replies wanted, each from another process; a process that
/// lives to the end of the run has no call open.
void check_rpc(const Index& index, Findings& findings) {
  for (const auto& [process, history] : index.processes()) {
    std::map<std::uint64_t, std::size_t> open;
    for (std::size_t i = 0; i < history.records.size(); ++i) {
      const HistoryRecord& record = history.records[i];
      if (record.kind != HistoryKind::kNote) continue;
      if (record.text == "rpc.begin") open[record.token] = i;
      if (record.text != "rpc.return") continue;
      auto found = open.find(record.token);
      if (found == open.end()) {
        findings.add("a call returns twice or was never made", {Place{process, i}});
        continue;
      }
      check_return(index, {process, found->second}, {process, i}, findings);
      open.erase(found);
    }
    if (!history.run_over) continue;
    for (const auto& [token, place] : open) {
      findings.add("a call never returns",
                   {Place{process, place}, Place{process, history.records.size() - 1}});
    }
  }
}

}  // namespace cohort::sim::checkers
