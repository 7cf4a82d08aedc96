/// Durable multicasts (platform ruling 9): what the members that log have on their disks, and when
/// an update counts as durable. It never gates the order (H17): the outcome is told to the sender
/// later, and is reported as unknown where a view change comes between.
///
/// An update is durable once (1) more than half of the group's logging members have it on disk, and
/// (2) a quorum of the view's sites has the marker that says who those members are on disk (E4): so
/// after a total failure any quorum of sites knows whose logs to wait for. A site's log keeps the
/// order of delivery, markers included (W1).
/// Source: docs/protocol/durable.md; rule of a restart: wire/group_log.h.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "platform/base/limits.h"
#include "platform/core/context.h"
#include "platform/core/group_table.h"
#include "platform/core/sessions.h"
#include "platform/core/stream.h"
#include "platform/wire/group_log.h"

namespace cohort::core {

class StateDigest;

class DurableLog {
 public:
  DurableLog(Context& context, Sessions& sessions) : context_(context), sessions_(sessions) {}

  /// Told to the sender's client: true: durable; false: nobody can say.
  std::function<void(const wire::MessageId& id, ProcessId sender, bool durable)> on_outcome;

  /// A new view: what waited for the old one is unknown, and all logged groups get a marker (null:
  /// once the table is there).
  void install(std::uint64_t view, const std::vector<SiteLife>& members, std::size_t rank,
               const GroupTable* table);
  /// The changes of an epoch were delivered here.
  void on_epoch(std::uint64_t epoch, const GroupTable& table);
  void on_table(std::uint64_t epoch, const GroupTable& table);
  /// A durable update will be delivered at this site, if the site lives on: logs it where a local
  /// member logs the group. Told again: no news.
  void on_agreed(const wire::MessageId& id, const StreamEntry& entry, const GroupTable& table);
  /// It is delivered: logs it where on_agreed has not.
  void on_delivered(const wire::MessageId& id, const StreamEntry& entry, const GroupTable& table);

  /// This site has numbered a durable update to the group.
  /// False: as many as may wait do.
  bool room() const { return waiting_.size() < limits::kDurableWaiting; }
  void await(const wire::MessageId& id, std::uint64_t epoch, ProcessId sender, const Group& group);

  /// A local member begins to log: from now on the group's durable updates are written.
  void begin(ProcessId member, const Group& group);
  /// Which beginning of the member's is under way, since when it has been a member without a break;
  /// none: it has not begun, or counts already.
  std::optional<std::uint64_t> begun(ProcessId member, const std::string& group) const;
  /// A part of its state as it was then; `durable` is called when that lies on the disk.
  void checkpoint(const std::string& group, bool more, Bytes state, std::function<void()> durable);
  /// The change that makes it a logging member is submitted: whatever it does now, its log goes on
  /// until the table says that it is no member.
  void on_counts_soon(ProcessId member, const std::string& group);
  void on_member_gone(ProcessId member);
  /// It has asked to leave: what it has begun comes to nothing.
  void on_member_leaves(ProcessId member, const std::string& group);

  void on_log_done(std::uint64_t token);
  void on_logged(std::size_t rank, const wire::Logged& logged);
  /// At the end of a step: tells the others what has become durable here, looks at what waits.
  /// `lease`: this site may act. Without it the others may have gone on without this site and what
  /// only it and others that were lost have on their disks.
  void flush(bool lease);

  /// What this one holds that decides what it will do (state_digest.h).
  void add_to(StateDigest& digest) const;

 private:
  struct Told {
    /// The markers of the view's epochs in [from, markers) are on disk: of those before its table
    /// came a site knows nothing.
    std::uint64_t markers_from = 0;
    std::uint64_t markers = 0;
    bool has_marker(std::uint64_t epoch) const { return markers_from <= epoch && epoch < markers; }
    wire::SiteVector logged;  ///< by origin: updates up to this number are delivered, on disk
  };
  struct Waiting {
    std::uint64_t epoch = 0;
    ProcessId sender;
    wire::MessageId id;
    std::vector<std::size_t> loggers;  ///< ranks, one entry a logging member
  };
  struct Beginning {
    std::uint64_t number = 0;
    bool counts_soon = false;  ///< the change is under way: there is no way back
  };
  /// Written before it is delivered.
  struct Ahead {
    std::string group;
    bool on_disk = false;
  };
  void write(const std::string& group, const wire::GroupLogRecord& record,
             std::function<void()> done);
  const Group* logged_group(const StreamEntry& entry, const GroupTable& table) const;
  void write_update(const wire::MessageId& id, const StreamEntry& entry, const Group& group);
  void on_written(const wire::MessageId& id);
  void note_logged(const wire::MessageId& id);
  std::optional<std::size_t> rank_of(SiteLife life) const;
  void mark(std::uint64_t epoch, const GroupTable& table, bool all);
  void forget_begun(const GroupTable& table);
  bool logs_here(const Group& group) const;
  bool durable(const Waiting& waiting) const;
  void update_markers();

  Context& context_;
  Sessions& sessions_;
  std::uint64_t view_ = 0;
  std::vector<SiteLife> members_;
  std::size_t rank_ = 0;
  std::vector<Told> told_;  ///< by rank
  std::uint64_t delivered_epoch_ = 0;
  std::map<std::uint64_t, std::size_t> marking_;       ///< epoch -> markers that are being written
  std::map<std::string, std::vector<SiteId>> marked_;  ///< group -> who logs it, as written last
  std::map<std::uint64_t, Waiting> waiting_;           ///< own updates by number
  std::map<wire::MessageId, Ahead> ahead_;             ///< undelivered updates in the logs
  /// Log already, count not yet; each beginning has a number of its own.
  std::map<std::pair<std::string, ProcessId>, Beginning> beginning_;
  std::uint64_t next_beginning_ = 1;
  std::map<std::uint64_t, std::function<void()>> writing_;
  std::uint64_t next_token_ = 1;
  bool table_awaited_ = false;
  wire::SiteSet news_for_ = 0;  ///< who is to be told what is on the disk here
};

}  // namespace cohort::core
