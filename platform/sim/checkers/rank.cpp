#include <algorithm>
#include <optional>

#include "platform/sim/checkers/checker.h"

namespace cohort::sim::checkers {

namespace {

template <typename Member>
bool is_in(const std::vector<Member>& list, Member member) {
  return std::find(list.begin(), list.end(), member) != list.end();
}

/// Survivors first, in their old order, then the joiners.
template <typename Member>
bool age_order_kept(const std::vector<Member>& before, const std::vector<Member>& after) {
  std::vector<Member> survivors;
  for (Member member : before) {
    if (is_in(after, member)) survivors.push_back(member);
  }
  return after.size() >= survivors.size() &&
         std::equal(survivors.begin(), survivors.end(), after.begin());
}

}  // namespace

namespace {

void check_sites(ProcessId process, const ProcessHistory& history, Findings& findings) {
  std::optional<std::size_t> last;
  for (std::size_t i = 0; i < history.records.size(); ++i) {
    const HistoryRecord& record = history.records[i];
    if (!names_site_view(record)) continue;
    if (last) {
      const HistoryRecord& previous = history.records[*last];
      if (record.view == previous.view + 1 && !age_order_kept(previous.sites, record.sites)) {
        findings.add("ranks of sites do not follow age",
                     {Place{process, *last}, Place{process, i}});
      }
    }
    last = i;
  }
}

}  // namespace

/// V4: a view, of a group or of sites, is the one before it without the departed, order kept, and
/// then the joiners: oldest first. The record's departed are those that the membership lost.
void check_rank(const Index& index, Findings& findings) {
  for (const auto& [process, history] : index.processes()) {
    check_sites(process, history, findings);
    std::map<GroupId, std::size_t> last;
    for (std::size_t i = 0; i < history.records.size(); ++i) {
      const HistoryRecord& record = history.records[i];
      if (record.kind != HistoryKind::kView) continue;
      auto before = last.find(record.group);
      if (before != last.end()) {
        const HistoryRecord& previous = history.records[before->second];
        const Place there{process, before->second};
        const Place here{process, i};
        // A monitor's first view shows no change, only what is.
        const bool follows = record.view == previous.view + 1 && is_in(previous.members, process);
        if (follows && !age_order_kept(previous.members, record.members)) {
          findings.add("ranks do not follow age", {there, here});
        }
        for (ProcessId member : previous.members) {
          if (follows && is_in(record.members, member) == is_in(record.peers, member)) {
            findings.add("the departed of a view are not those that it lost", {there, here});
            break;
          }
        }
      }
      last[record.group] = i;
    }
  }
}

}  // namespace cohort::sim::checkers
