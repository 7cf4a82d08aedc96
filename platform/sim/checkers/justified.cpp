#include <algorithm>
#include <set>
#include <string_view>

#include "platform/sim/checkers/checker.h"

namespace cohort::sim::checkers {

namespace {

/// What processes asked for, from their own records.
struct Asked {
  std::set<ProcessId> to_join;
  std::set<std::pair<ProcessId, GroupId>> to_leave;
  std::set<GroupId> to_kill;
};

Asked collect(const Index& index) {
  Asked asked;
  for (const auto& [process, history] : index.processes()) {
    for (const HistoryRecord& record : history.records) {
      if (record.kind != HistoryKind::kAsk) continue;
      if (record.text == "create" || record.text == "join") asked.to_join.insert(process);
      if (record.text == "leave") asked.to_leave.emplace(process, record.group);
      if (record.text == "kill") asked.to_kill.insert(record.group);
    }
  }
  return asked;
}

class Justice {
 public:
  Justice(const Index& index, Findings& findings)
      : index_(index), findings_(findings), asked_(collect(index)) {}

  void judge(ProcessId process, const ProcessHistory& history) {
    const HistoryRecord* sites_before = nullptr;
    for (std::size_t i = 0; i < history.records.size(); ++i) {
      const HistoryRecord& record = history.records[i];
      here_ = {process, i};
      if (record.kind == HistoryKind::kView) judge_view(record);
      if (record.kind == HistoryKind::kGone) judge_cause(record.peer, record.text, GroupId{});
      if (!names_site_view(record)) continue;
      if (sites_before != nullptr && sites_before->view + 1 == record.view) {
        judge_sites(*sites_before, record);
      }
      sites_before = &record;
    }
  }

 private:
  void judge_view(const HistoryRecord& record) {
    for (ProcessId member : record.members) {
      if (asked_.to_join.contains(member) || !known_whole(member)) continue;
      findings_.add(to_string(member) + " is a member and never asked to be one", {here_});
    }
    std::string_view causes = record.text;
    for (ProcessId departed : record.peers) {
      const std::size_t end = std::min(causes.find(';'), causes.size());
      judge_cause(departed, causes.substr(0, end), record.group);
      causes.remove_prefix(std::min(end + 1, causes.size()));
    }
  }

  /// `group` is none where the process failed, and so went from all groups.
  void judge_cause(ProcessId departed, std::string_view cause, GroupId group) {
    const ProcessHistory* history = index_.find(departed);
    const bool lives_on = history != nullptr && history->run_over;
    if (cause == "left") {
      if (!known_whole(departed) || asked_.to_leave.contains({departed, group})) return;
      findings_.add(to_string(departed) + " has left and never asked to", {here_});
    } else if (cause == "site failed") {
      if (!index_.life_survives(departed.life())) return;
      findings_.add("the site of " + to_string(departed) + " failed and is in the last view",
                    {here_});
    } else if (cause == "group killed") {
      if (group.valid() ? asked_.to_kill.contains(group) : !asked_.to_kill.empty()) return;
      if (some_history_is_missing()) return;
      findings_.add(to_string(departed) + " was killed and nobody asked for it", {here_});
    } else if (cause == "process failed" || cause == "made no progress") {
      if (lives_on) findings_.add(to_string(departed) + " failed and lives on", {here_});
    } else {
      findings_.add(to_string(departed) + " has gone for no cause that is known", {here_});
    }
  }

  void judge_sites(const HistoryRecord& before, const HistoryRecord& after) {
    for (SiteLife life : before.sites) {
      if (std::find(after.sites.begin(), after.sites.end(), life) != after.sites.end()) continue;
      const std::string name = to_string(life) + ": ";
      const std::size_t at = after.text.find(name);
      const bool says_why = at != std::string::npos && (at == 0 || after.text[at - 1] == ' ') &&
                            at + name.size() < after.text.size() &&
                            after.text[at + name.size()] != ';';
      if (!says_why)
        findings_.add("site " + to_string(life) + " is removed without a cause", {here_});
    }
  }

  /// A history of a real run may be lost with its host, or cut short.
  bool known_whole(ProcessId process) const {
    const ProcessHistory* history = index_.find(process);
    return history != nullptr && !history->any_record_missing;
  }
  bool some_history_is_missing() const {
    for (const auto& [key, members] : index_.group_views()) {
      for (ProcessId member : members) {
        if (!known_whole(member)) return true;
      }
    }
    return false;
  }

  const Index& index_;
  Findings& findings_;
  const Asked asked_;
  Place here_;
};

}  // namespace

/// V5: nobody goes from a view without its cause, nor is in one unasked: who has left had asked to,
/// who failed does not live on, whose site failed is in no later site view; and each site that is
/// removed is named with its reason.
void check_justified(const Index& index, Findings& findings) {
  Justice justice(index, findings);
  for (const auto& [process, history] : index.processes()) justice.judge(process, history);
}

}  // namespace cohort::sim::checkers
