#include <algorithm>

#include "platform/sim/checkers/checker.h"

namespace cohort::sim::checkers {

namespace {

bool has_site(const HistoryRecord& record, SiteLife life) {
  return std::find(record.sites.begin(), record.sites.end(), life) != record.sites.end();
}

bool has_member(const HistoryRecord& record, ProcessId process) {
  return std::find(record.members.begin(), record.members.end(), process) != record.members.end();
}

}  // namespace

/// V2: a site view that a process sees contains its site's life; what it delivers through a group
/// it delivers while it is a member.
void check_self_inclusion(const Index& index, Findings& findings) {
  for (const auto& [process, history] : index.processes()) {
    std::map<GroupId, std::size_t> member_since;
    for (std::size_t i = 0; i < history.records.size(); ++i) {
      const HistoryRecord& record = history.records[i];
      const Place here{process, i};
      if (names_site_view(record)) {
        if (!has_site(record, process.life())) {
          findings.add(to_string(process) + " sees a site view without its own site", {here});
        }
      }
      if (record.kind == HistoryKind::kView) {
        if (has_member(record, process)) {
          member_since.try_emplace(record.group, i);
        } else {
          member_since.erase(record.group);
        }
      }
      if (record.kind == HistoryKind::kDeliver && record.group.valid() &&
          !member_since.contains(record.group)) {
        findings.add(to_string(process) + " delivers through a group it is no member of", {here});
      }
    }
  }
}

}  // namespace cohort::sim::checkers
