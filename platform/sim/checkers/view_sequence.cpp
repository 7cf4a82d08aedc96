#include "platform/sim/checkers/checker.h"

namespace cohort::sim::checkers {

namespace {

void check_group_step(const Index& index, Place before, Place here, Findings& findings) {
  const HistoryRecord& record = index.at(here);
  const std::uint64_t previous = index.at(before).view;
  if (record.view == previous + 1) return;
  // One that left may come back, or monitor the group (which shows the present view at once), any
  // number of views later.
  bool member_before = false;
  for (ProcessId member : index.at(before).members) {
    member_before = member_before || member == here.process;
  }
  if (record.view >= previous && !member_before) return;
  findings.add("views of " + to_string(record.group) + " do not follow each other at " +
                   to_string(here.process),
               {before, here});
}

}  // namespace

/// V3: view numbers grow by one at each process, of groups and of sites; a member's first view
/// lists it last.
void check_view_sequence(const Index& index, Findings& findings) {
  for (const auto& [process, history] : index.processes()) {
    std::map<GroupId, Place> last;
    std::optional<Place> last_sites;
    for (std::size_t i = 0; i < history.records.size(); ++i) {
      const HistoryRecord& record = history.records[i];
      const Place here{process, i};
      if (names_site_view(record)) {
        if (last_sites && record.view != index.at(*last_sites).view + 1) {
          findings.add("site views do not follow each other at " + to_string(process),
                       {*last_sites, here});
        }
        last_sites = here;
      }
      if (record.kind != HistoryKind::kView) continue;
      if (auto before = last.find(record.group); before != last.end()) {
        check_group_step(index, before->second, here, findings);
      }
      last.insert_or_assign(record.group, here);
    }
  }
}

}  // namespace cohort::sim::checkers
