/// The groups of the plant, replicated at every site and changed only by the changes of epochs and
/// by site views (platform rulings 7 and 8). Deterministic: same changes, same table.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "platform/base/ids.h"
#include "platform/base/result.h"
#include "platform/wire/view_records.h"

namespace cohort::core {

class StateDigest;

struct Group {
  std::string name;
  std::uint64_t view_number = 0;
  std::vector<ProcessId> members;  ///< oldest first
  Bytes credentials;               ///< what who joins has to show; empty: nothing
  std::vector<ProcessId> loggers;  ///< members whose sites hold its durable updates
  bool operator==(const Group&) const = default;
};

/// A group's membership after a change, with who came and went.
struct GroupChange {
  wire::GroupView view;
  std::vector<ProcessId> joined;
  std::vector<std::pair<ProcessId, wire::Departure>> departed;
};

/// What one change did.
struct ChangeOutcome {
  Errc code = Errc::kOk;
  std::string text;
  GroupId group;
  std::vector<GroupChange> views;
  std::optional<ProcessId> gone;  ///< failed, to be told to everybody
  std::vector<ProcessId> killed;  ///< to be closed by their sites
  bool repeated = false;          ///< the change was listed before: nothing was done
};

class GroupTable {
 public:
  GroupTable() = default;
  /// An empty table of a view that was formed after a total failure: its group ids lie beyond all
  /// that were given before that view (P61).
  explicit GroupTable(std::uint64_t formed_view) : next_group_(((formed_view - 1) << 24) + 1) {}

  ChangeOutcome apply(const wire::Change& change);
  /// Everything on these lives leaves all its groups at once: one GroupChange a group.
  std::vector<GroupChange> remove_sites(const std::vector<SiteLife>& lives,
                                        std::vector<ProcessId>& gone);

  const Group* find(GroupId id) const;
  std::optional<GroupId> find(const std::string& name) const;
  const std::map<GroupId, Group>& groups() const { return groups_; }
  wire::GroupView view(GroupId id) const;
  /// The greatest number of a change listed for this life.
  std::uint64_t last_change(SiteLife origin) const;
  std::vector<GroupId> groups_of(ProcessId process) const;

  Bytes encode() const;
  static Result<GroupTable> decode(ByteView bytes);

  /// What this one holds that decides what it will do (state_digest.h).
  void add_to(StateDigest& digest) const;

 private:
  ChangeOutcome create(const wire::Change& change);
  ChangeOutcome join(const wire::Change& change);
  ChangeOutcome leave(const wire::Change& change);
  ChangeOutcome process_failed(const wire::Change& change);
  ChangeOutcome logs(const wire::Change& change);
  ChangeOutcome kill(const wire::Change& change);
  /// Removes the process; erases the group with its last member.
  GroupChange remove(GroupId id, const std::vector<ProcessId>& leaving, wire::Departure reason);

  std::map<GroupId, Group> groups_;
  std::map<std::string, GroupId> names_;
  std::map<SiteLife, std::uint64_t> last_changes_;
  std::uint64_t next_group_ = 1;
};

}  // namespace cohort::core
