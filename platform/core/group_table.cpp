#include "platform/core/group_table.h"

#include <algorithm>

#include "platform/base/instrument.h"
#include "platform/base/limits.h"
#include "platform/wire/codec.h"

namespace cohort::core {

using wire::Change;
using wire::ChangeKind;
using wire::Departure;

namespace {

ChangeOutcome refused(Errc code, std::string text) {
  ChangeOutcome outcome;
  outcome.code = code;
  outcome.text = std::move(text);
  return outcome;
}

/// Takes the same time wherever the two differ.
bool same_secret(ByteView a, ByteView b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) difference |= static_cast<unsigned>(a[i] ^ b[i]);
  return difference == 0;
}

bool holds(const std::vector<ProcessId>& members, ProcessId process) {
  return std::find(members.begin(), members.end(), process) != members.end();
}

}  // namespace

ChangeOutcome GroupTable::apply(const Change& change) {
  std::uint64_t& last = last_changes_[change.id.origin];
  if (change.id.number <= last) {
    ChangeOutcome outcome;
    outcome.repeated = true;
    return outcome;
  }
  last = change.id.number;
  switch (change.kind) {
    case ChangeKind::kCreate:
      return create(change);
    case ChangeKind::kJoin:
      return join(change);
    case ChangeKind::kLeave:
      return leave(change);
    case ChangeKind::kProcessFailed:
      return process_failed(change);
    case ChangeKind::kKillGroup:
      return kill(change);
    case ChangeKind::kLogs:
      return logs(change);
    case ChangeKind::kGlobal:
      break;
  }
  ChangeOutcome outcome;
  outcome.group = change.group;
  if (find(change.group) == nullptr) {
    return refused(Errc::kUnknownGroup, to_string(change.group) + " does not exist");
  }
  return outcome;
}

ChangeOutcome GroupTable::create(const Change& change) {
  if (const auto found = names_.find(change.name); found != names_.end()) {
    return refused(Errc::kAlreadyExists, "group \"" + change.name + "\" exists");
  }
  if (groups_.size() >= limits::kGroupsPerPlant) {
    return refused(Errc::kLimit,
                   "the plant has its " + std::to_string(limits::kGroupsPerPlant) + " groups");
  }
  const GroupId id = GroupId::make(next_group_++);
  groups_[id] = Group{change.name, 1, {change.process}, change.payload, {}};
  names_[change.name] = id;
  ChangeOutcome outcome;
  outcome.group = id;
  outcome.views.push_back({view(id), {change.process}, {}});
  return outcome;
}

ChangeOutcome GroupTable::join(const Change& change) {
  const auto found = names_.find(change.name);
  if (found == names_.end()) {
    if (change.create) return create(change);
    return refused(Errc::kUnknownGroup, "group \"" + change.name + "\" does not exist");
  }
  Group& group = groups_[found->second];
  if (holds(group.members, change.process)) {
    return refused(Errc::kAlreadyExists,
                   to_string(change.process) + " is a member of \"" + change.name + "\" already");
  }
  if (!same_secret(group.credentials, change.payload)) {
    return refused(Errc::kRefused, "group \"" + change.name + "\" asks for other credentials");
  }
  if (group.members.size() >= limits::kMembersPerGroup) {
    return refused(Errc::kLimit, "group \"" + change.name + "\" has its " +
                                     std::to_string(limits::kMembersPerGroup) + " members");
  }
  group.members.push_back(change.process);
  if (COHORT_MUTANT("join_at_front"))
    std::rotate(group.members.begin(), group.members.end() - 1, group.members.end());
  ++group.view_number;
  if (COHORT_MUTANT("view_number_skips")) ++group.view_number;
  ChangeOutcome outcome;
  outcome.group = found->second;
  outcome.views.push_back({view(found->second), {change.process}, {}});
  return outcome;
}

ChangeOutcome GroupTable::leave(const Change& change) {
  const Group* group = find(change.group);
  if (group == nullptr || !holds(group->members, change.process)) {
    return refused(Errc::kNotMember,
                   to_string(change.process) + " is no member of " + to_string(change.group));
  }
  ChangeOutcome outcome;
  outcome.group = change.group;
  std::vector<ProcessId> leaving{change.process};
  if (COHORT_MUTANT("a_neighbour_leaves_too")) leaving.push_back(group->members.front());
  outcome.views.push_back(remove(change.group, leaving, Departure::kLeft));
  return outcome;
}

ChangeOutcome GroupTable::process_failed(const Change& change) {
  ChangeOutcome outcome;
  outcome.gone = change.process;
  for (GroupId id : groups_of(change.process)) {
    if (!outcome.views.empty()) COHORT_PROBE("table.failed_in_several_groups");
    if (COHORT_MUTANT("failed_stays_member")) break;
    Departure reason = change.reason;
    if (COHORT_MUTANT("failure_called_a_leave")) reason = Departure::kLeft;
    outcome.views.push_back(remove(id, {change.process}, reason));
  }
  return outcome;
}

ChangeOutcome GroupTable::kill(const Change& change) {
  const Group* group = find(change.group);
  if (group == nullptr) {
    return refused(Errc::kUnknownGroup, to_string(change.group) + " does not exist");
  }
  ChangeOutcome outcome;
  outcome.group = change.group;
  outcome.killed = group->members;
  outcome.views.push_back(remove(change.group, group->members, Departure::kKilled));
  return outcome;
}

ChangeOutcome GroupTable::logs(const Change& change) {
  const auto found = groups_.find(change.group);
  if (found == groups_.end() || !holds(found->second.members, change.process)) {
    return refused(Errc::kNotMember,
                   to_string(change.process) + " is no member of " + to_string(change.group));
  }
  Group& group = found->second;
  if (!holds(group.loggers, change.process)) group.loggers.push_back(change.process);
  ChangeOutcome outcome;
  outcome.group = change.group;
  return outcome;
}

GroupChange GroupTable::remove(GroupId id, const std::vector<ProcessId>& leaving,
                               Departure reason) {
  Group& group = groups_[id];
  GroupChange change;
  for (ProcessId process : leaving) change.departed.emplace_back(process, reason);
  const auto departs = [&](ProcessId member) {
    return std::any_of(change.departed.begin(), change.departed.end(),
                       [&](const auto& departed) { return departed.first == member; });
  };
  std::erase_if(group.members, departs);
  std::erase_if(group.loggers, departs);
  ++group.view_number;
  change.view = view(id);
  if (group.members.empty()) {
    COHORT_PROBE("table.group_ended");
    names_.erase(group.name);
    groups_.erase(id);
  }
  return change;
}

std::vector<GroupChange> GroupTable::remove_sites(const std::vector<SiteLife>& lives,
                                                  std::vector<ProcessId>& gone) {
  const auto lost = [&](ProcessId process) {
    return std::find(lives.begin(), lives.end(), process.life()) != lives.end();
  };
  std::vector<GroupChange> changes;
  std::vector<GroupId> ids;
  for (const auto& [id, group] : groups_) ids.push_back(id);
  for (GroupId id : ids) {
    std::vector<ProcessId> leaving;
    for (ProcessId member : groups_[id].members) {
      if (lost(member)) leaving.push_back(member);
    }
    if (leaving.empty()) continue;
    if (leaving.size() > 1) COHORT_PROBE("table.site_had_several");
    if (COHORT_MUTANT("lost_site_stays_member")) continue;
    for (ProcessId process : leaving) {
      if (!holds(gone, process)) gone.push_back(process);
    }
    changes.push_back(remove(id, leaving, Departure::kSiteFailed));
  }
  for (const SiteLife& life : lives) last_changes_.erase(life);
  return changes;
}

const Group* GroupTable::find(GroupId id) const {
  const auto found = groups_.find(id);
  return found == groups_.end() ? nullptr : &found->second;
}

std::optional<GroupId> GroupTable::find(const std::string& name) const {
  const auto found = names_.find(name);
  if (found == names_.end()) return std::nullopt;
  return found->second;
}

wire::GroupView GroupTable::view(GroupId id) const {
  const Group* group = find(id);
  if (group == nullptr) return {};
  return {id, group->name, group->view_number, group->members};
}

std::uint64_t GroupTable::last_change(SiteLife origin) const {
  const auto found = last_changes_.find(origin);
  return found == last_changes_.end() ? 0 : found->second;
}

std::vector<GroupId> GroupTable::groups_of(ProcessId process) const {
  std::vector<GroupId> ids;
  for (const auto& [id, group] : groups_) {
    if (holds(group.members, process)) ids.push_back(id);
  }
  return ids;
}

Bytes GroupTable::encode() const {
  wire::Encoder out;
  out.varint(next_group_);
  out.varint(groups_.size());
  for (const auto& [id, group] : groups_) {
    out.group(id);
    out.text(group.name);
    out.varint(group.view_number);
    out.varint(group.members.size());
    for (ProcessId member : group.members) out.process(member);
    out.bytes(group.credentials);
    out.varint(group.loggers.size());
    for (ProcessId logger : group.loggers) out.process(logger);
  }
  out.varint(last_changes_.size());
  for (const auto& [life, number] : last_changes_) {
    out.site_life(life);
    out.varint(number);
  }
  return out.take();
}

Result<GroupTable> GroupTable::decode(ByteView bytes) {
  wire::Decoder in(bytes);
  GroupTable table;
  table.next_group_ = in.varint();
  const std::size_t groups = in.count(limits::kGroupsPerPlant);
  for (std::size_t i = 0; i < groups; ++i) {
    const GroupId id = in.group();
    Group group;
    group.name = in.text(limits::kNameBytes);
    group.view_number = in.varint();
    group.members.resize(in.count(limits::kMembersPerGroup));
    for (ProcessId& member : group.members) member = in.process();
    const ByteView credentials = in.bytes(limits::kCredentialBytes);
    group.credentials.assign(credentials.begin(), credentials.end());
    group.loggers.resize(in.count(limits::kMembersPerGroup));
    for (ProcessId& logger : group.loggers) logger = in.process();
    table.names_[group.name] = id;
    table.groups_[id] = std::move(group);
  }
  const std::size_t lives = in.count(UINT16_MAX);
  for (std::size_t i = 0; i < lives; ++i) {
    const SiteLife life = in.site_life();
    table.last_changes_[life] = in.varint();
  }
  if (auto done = in.finish(); !done) return std::unexpected(done.error());
  return table;
}

}  // namespace cohort::core
