/// A whole history, ordered and cross-referenced once for all checkers.
///
/// Only each process's own order and the messages' names relate records to each other: histories of
/// real runs have no common clock, so the order in which records were fed means nothing.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "platform/base/ids.h"
#include "platform/wire/history.h"

namespace cohort::sim::checkers {

using wire::HistoryKind;
using wire::HistoryRecord;
using wire::MessageId;

/// The text of kEnd at a process that was alive and connected when the run was stopped.
inline constexpr const char* kRunOver = "run over";

/// One record: the index-th of its process, from 0.
struct Place {
  ProcessId process;
  std::size_t index = 0;
  auto operator<=>(const Place&) const = default;
};

struct ProcessHistory {
  std::vector<HistoryRecord> records;  ///< in program order
  /// Records before this one are *covered*: the process's site went on into the site view after
  /// the one in which they were recorded, or was never removed. What a site did in the view from
  /// which it was removed may be known to nobody else (platform ruling 4, protocol-review C2).
  std::size_t covered = 0;
  bool run_over = false;            ///< alive and connected at the end of the run
  bool any_record_missing = false;  ///< the sequence numbers have a gap or begin late
};

struct MessageFacts {
  ProcessId sender;
  std::optional<std::size_t> send;  ///< index of the kSend record at the sender
  std::optional<std::size_t> sent;  ///< index of the kSent record at the sender
  wire::Order order = wire::Order::kCausal;
  wire::Safety safety = wire::Safety::kAgreed;
  wire::Destinations destinations;
  std::vector<Place> deliveries;  ///< by process, then by order
  bool reached_survivor = false;  ///< a covered delivery exists
};

/// What one process did in one view of one group before the next: a row of virtual synchrony.
struct Passage {
  ProcessId process;
  std::size_t from = 0;           ///< index of the record of the earlier view
  std::optional<std::size_t> to;  ///< index of the record of the next view; none: no next
  std::uint64_t next_view = 0;    ///< 0 where there is no next
  std::vector<Place> delivered;   ///< of messages to this group, in order
  bool covered = false;           ///< the record `to` is covered
};

using GroupViewKey = std::pair<GroupId, std::uint64_t>;

class Index {
 public:
  /// Takes records in any order between processes.
  explicit Index(std::vector<HistoryRecord> records);

  const std::map<ProcessId, ProcessHistory>& processes() const { return processes_; }
  const std::map<MessageId, MessageFacts>& messages() const { return messages_; }
  /// By number: the members as the first record that names the view has them.
  const std::map<std::uint64_t, std::vector<SiteLife>>& site_views() const { return site_views_; }
  const std::map<GroupViewKey, std::vector<ProcessId>>& group_views() const { return group_views_; }
  /// For each view of a group, what each process that was its member did in it.
  const std::map<GroupViewKey, std::vector<Passage>>& passages() const { return passages_; }

  const HistoryRecord& at(Place place) const {
    return processes_.at(place.process).records[place.index];
  }
  bool covered(Place place) const { return place.index < processes_.at(place.process).covered; }
  /// True where no later site view lacks the life.
  bool life_survives(SiteLife life) const;
  const ProcessHistory* find(ProcessId process) const;
  /// Processes that must get the message: the recipients that its sender was told, else the members
  /// of the group views in which covered processes delivered it and the processes it names.
  std::vector<ProcessId> recipients(MessageId id) const;
  /// True where `process` recorded the delivery of `id`.
  std::optional<Place> delivery_at(MessageId id, ProcessId process) const;
  /// The view of `group` in which the delivery at `place` happened; 0: no member then.
  std::uint64_t view_at(Place place, GroupId group) const;

 private:
  void sort_records(std::vector<HistoryRecord> records);
  void collect_views();
  void cover(ProcessHistory& history, ProcessId process);
  void collect_messages(ProcessId process, const ProcessHistory& history);
  void collect_passages(ProcessId process, const ProcessHistory& history);
  void deliver(ProcessId process, const ProcessHistory& history, std::size_t index);

  std::map<ProcessId, ProcessHistory> processes_;
  std::map<MessageId, MessageFacts> messages_;
  std::map<std::uint64_t, std::vector<SiteLife>> site_views_;
  std::map<SiteLife, std::uint64_t> last_view_of_life_;
  std::map<GroupViewKey, std::vector<ProcessId>> group_views_;
  /// Where a process's history has a view of the group, in order.
  std::map<std::pair<ProcessId, GroupId>, std::vector<std::size_t>> views_in_;
  std::map<GroupViewKey, std::vector<Passage>> passages_;
};

/// True for a block of a state transfer: it passes what its receiver holds back until the state is
/// there, and is recorded before it (docs/formats/transfer.md), so its place says nothing of the
/// order of delivery.
bool passes_a_hold(const HistoryRecord& record);

/// True for records that say which site view holds from there on.
bool names_site_view(const HistoryRecord& record);

}  // namespace cohort::sim::checkers
