/// What a site keeps on its disk for a group whose members log their updates
/// (docs/formats/group-log.md): one log a group name and site, records in the order of writing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/wire/view_records.h"

namespace cohort::wire {

/// A place in the history of the plant's changes: the epoch of a site view.
struct EpochPlace {
  std::uint64_t view = 0;
  std::uint64_t epoch = 0;
  auto operator<=>(const EpochPlace&) const = default;
};

struct GroupLogRecord {
  enum class Kind : std::uint8_t {
    kMarker = 1,  ///< from here on these sites log the group: `place`, `sites`
    kUpdate = 2,  ///< a durable update: `id`, `place` of its epoch, `sender`, `entry`, `bytes`
    kBegin = 3,   ///< a member of this site begins to log; `flag`: nobody here did before
    kCheckpoint =
        4,  ///< `bytes`: its state as it was at the last kBegin; `flag`: more parts follow
  };
  Kind kind = Kind::kMarker;
  EpochPlace place;
  std::vector<SiteId> sites;  ///< one entry a logging member, so a site may stand there twice
  MessageId id;
  ProcessId sender;
  std::uint8_t entry = 0;
  bool flag = false;
  /// kBegin: this many updates just before it came to the member after it (core/agreed_cursor.h).
  std::uint64_t ahead = 0;
  Bytes bytes;
  bool operator==(const GroupLogRecord&) const = default;
};

Bytes encode(const GroupLogRecord& record);
/// Errors: kMalformed, kLimit.
Result<GroupLogRecord> decode_group_log_record(ByteView bytes);

/// What one site's log says about one group, for the rule of a restart.
struct GroupLogSummary {
  struct Marker {
    EpochPlace place;
    std::vector<SiteId> sites;
    std::uint64_t updates_before = 0;  ///< of this log
  };
  SiteId site;
  std::vector<Marker> markers;  ///< in the order of writing
  std::uint64_t updates = 0;    ///< in all
  bool complete = false;        ///< it holds a whole checkpoint and every durable update after it
  /// Null: the log lacks that marker.
  const Marker* find(EpochPlace place) const;
};

/// Requires: records in the order of writing. Errors: as decode.
Result<GroupLogSummary> summarize(SiteId site, const std::vector<Bytes>& records);

/// Which log a group restarts from after a total failure (W1, E4, E5; P50, P51).
struct RestartPlan {
  bool ready = false;
  EpochPlace last;              ///< LAST: the greatest marker that may be in force
  std::optional<SiteId> from;   ///< whose log to take; none where nobody has logged anything
  std::vector<SiteId> missing;  ///< of LAST: whose logs would help
  std::vector<SiteId> stale;    ///< present logs that must not be used (MUSTJOIN)
};

/// Pure. A marker is in force once more than half of the sites that it lists hold it: a greater one
/// that so many of its present sites lack that it cannot be is passed over.
/// Requires: `present` is a quorum of the sites of the last view (a formed view is one).
/// Ensures: an update that was reported durable lies in the log that is taken: it was on the disks
/// of more than half of the logging members of LAST, and so are the logs that are looked at here.
RestartPlan plan_restart(const std::vector<GroupLogSummary>& present);

}  // namespace cohort::wire
