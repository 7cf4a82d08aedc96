#include "platform/sim/durable_watch.h"

#include <algorithm>
#include <bit>
#include <set>

#include "platform/base/assert.h"
#include "platform/core/quorum.h"

namespace cohort::sim {

namespace {

constexpr std::size_t kKept = 3;

bool holds(const std::vector<Bytes>& log, const wire::MessageId& id) {
  return std::any_of(log.begin(), log.end(), [&id](const Bytes& bytes) {
    const auto record = wire::decode_group_log_record(bytes);
    return record && record->kind == wire::GroupLogRecord::Kind::kUpdate && record->id == id;
  });
}

std::vector<wire::GroupLogRecord> read(const std::vector<Bytes>& log) {
  std::vector<wire::GroupLogRecord> records;
  for (const Bytes& bytes : log) {
    auto record = wire::decode_group_log_record(bytes);
    if (record) records.push_back(std::move(*record));
  }
  return records;
}

bool same(const wire::GroupLogRecord& a, const wire::GroupLogRecord& b) {
  if (a.kind != b.kind) return false;
  return a.kind == wire::GroupLogRecord::Kind::kMarker ? a.place == b.place : a.id == b.id;
}

/// Where the log begins after the update, the state in its checkpoint has it: what the log has
/// before its beginning is of a later epoch, or what it has first behind it is, or some other log
/// holds the update before that.
bool begins_after(const std::vector<Bytes>& log, const wire::MessageId& id,
                  const std::map<SiteId, const GroupLogs*>& disks, const std::string& group) {
  using Kind = wire::GroupLogRecord::Kind;
  const auto records = read(log);
  const auto placed = [](const auto& record) {
    return record.kind == Kind::kUpdate || record.kind == Kind::kMarker;
  };
  const auto begin = std::find_if(records.rbegin(), records.rend(), [](const auto& record) {
    return record.kind == Kind::kBegin && record.flag;
  });
  if (begin == records.rend()) return false;
  const auto last = std::find_if(begin, records.rend(), placed);
  const auto first = std::find_if(begin.base(), records.end(), placed);
  for (const auto& [site, logs] : disks) {
    const auto other = logs->find(group);
    if (other == logs->end()) continue;
    const auto theirs = read(other->second);
    const auto update = std::find_if(theirs.begin(), theirs.end(), [&](const auto& record) {
      return record.kind == Kind::kUpdate && record.id == id;
    });
    if (update == theirs.end()) continue;
    if (last != records.rend() && update->place < last->place) return true;
    if (first == records.end()) continue;
    const bool later =
        std::any_of(update, theirs.end(), [&](const auto& record) { return same(record, *first); });
    if (later || update->place < first->place) return true;
  }
  return false;
}

std::string group_of(const wire::MessageId& id, const std::map<SiteId, const GroupLogs*>& disks) {
  for (const auto& [site, logs] : disks) {
    for (const auto& [group, log] : *logs) {
      if (holds(log, id)) return group;
    }
  }
  return {};
}

}  // namespace

void DurableWatch::violate(const wire::MessageId& id, const std::string& what) {
  violations_.push_back({"P50",
                         "message " + std::to_string(id.number) + " of site " +
                             to_string(id.origin) + " in view " + std::to_string(id.view) +
                             " was reported durable, but " + what,
                         {}});
}

void DurableWatch::on_durable(const wire::MessageId& id, const std::vector<SiteId>& view,
                              const std::map<SiteId, const GroupLogs*>& disks) {
  if (violations_.size() >= kKept) return;
  const std::string group = group_of(id, disks);
  if (group.empty()) return violate(id, "no disk holds it");
  std::map<SiteId, wire::GroupLogSummary> summaries;
  for (SiteId site : view) {
    const GroupLogs& logs = *disks.at(site);
    const auto found = logs.find(group);
    const auto summary =
        wire::summarize(site, found == logs.end() ? std::vector<Bytes>{} : found->second);
    COHORT_ASSERT(summary.has_value(), "a log of ours can be read");
    summaries[site] = *summary;
  }
  for (std::uint64_t set = 1; set < (std::uint64_t{1} << view.size()); ++set) {
    const auto present = static_cast<std::size_t>(std::popcount(set));
    if (!core::is_quorum(present, view.size(), (set & 1) != 0)) continue;
    std::vector<wire::GroupLogSummary> back;
    for (std::size_t i = 0; i < view.size(); ++i) {
      if (((set >> i) & 1) != 0) back.push_back(summaries[view[i]]);
    }
    const wire::RestartPlan plan = wire::plan_restart(back);
    if (!plan.ready) continue;
    if (!plan.from) return violate(id, "a quorum would restart " + group + " without any log");
    const std::vector<Bytes>& taken = disks.at(*plan.from)->at(group);
    if (!holds(taken, id) && !begins_after(taken, id, disks, group)) {
      return violate(id, "a quorum would restart " + group + " from the log of site " +
                             std::to_string(plan.from->value) + ", which lacks it");
    }
  }
}

}  // namespace cohort::sim
