/// Epochs of one view: collects the changes of the world, opens them one batch at a time, and knows
/// which colour is sent and which is delivered (platform ruling 8).
///
/// Invariants: delivered <= sending <= delivered + 1; at most one opening is in flight in the
/// plant. Source: docs/protocol/epochs.md; protocol-review.md E1 to E24.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "platform/base/ids.h"
#include "platform/base/time.h"
#include "platform/wire/view_records.h"

namespace cohort::core {

class StateDigest;

class GroupTable;

class Epochs {
 public:
  explicit Epochs(SiteLife self) : self_(self) {}

  /// Starts a view: epoch 0, nothing open; what the table does not list is still owed.
  void install(std::size_t sites, const GroupTable& table);

  std::uint64_t sending() const { return sending_; }
  std::uint64_t delivered() const { return delivered_; }
  /// The latest opening known in this view.
  const std::optional<wire::Opening>& opening() const { return opening_; }

  // ---- this site's own changes, kept until they are delivered
  wire::ChangeId submit(wire::Change& change);
  const std::deque<wire::Change>& owed() const { return owed_; }
  void on_change_delivered(const wire::ChangeId& id);

  // ---- the sequencer
  void collect(const wire::Change& change);
  bool has_collected() const { return !collected_.empty(); }
  /// Takes what is collected as the next opening. Requires: nothing is in flight here.
  wire::Opening open(MonotonicTime now);
  MonotonicTime opened_at() const { return opened_at_; }

  // ---- every site
  /// True: the opening is the next one; this site now sends in its epoch.
  bool switch_to(const wire::Opening& opening);
  void on_marker(std::size_t origin);
  bool marker_seen(std::size_t origin) const { return markers_[origin]; }
  /// All markers of the epoch being delivered are done.
  bool complete() const;
  void advance();

  /// What this one holds that decides what it will do (state_digest.h).
  void add_to(StateDigest& digest) const;

 private:
  SiteLife self_;
  std::uint64_t sending_ = 0;
  std::uint64_t delivered_ = 0;
  std::optional<wire::Opening> opening_;
  std::vector<bool> markers_;
  std::deque<wire::Change> owed_;
  std::uint64_t next_change_ = 1;
  std::deque<wire::Change> collected_;
  std::map<SiteLife, std::uint64_t> collected_up_to_;
  const GroupTable* table_ = nullptr;
  MonotonicTime opened_at_{};
};

}  // namespace cohort::core
