/// One record of a history: what one process saw at its interface to the platform. The simulator
/// and real processes write the same records, and the same checkers read them
/// (docs/formats/history.md).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "platform/base/ids.h"
#include "platform/base/result.h"
#include "platform/wire/client_protocol.h"

namespace cohort::wire {

enum class HistoryKind : std::uint8_t {
  kBegin = 1,  ///< the process has its address (Welcome); `sites` is the site view
  kEnd = 2,    ///< its session ended; `text` says why. Absent: it crashed
  kSend = 3,   ///< handed a multicast over; `token`, `order`, `safety`, `destinations`
  kSent = 4,   ///< it has its number; `token`, `id`, `members` = recipients
  kDeliver =
      5,  ///< `id`, `peer` = sender, `order`, `group`, `view`, `destinations`, `entry`, `digest`
  kView = 6,        ///< `group`, `view`, `members`; `peers` = who departed, `text` = why each did
  kGone = 7,        ///< `peer` failed; `text` = why
  kSites = 8,       ///< `view`, `sites`
  kFlushBegin = 9,  ///< `token`
  kFlushEnd = 10,   ///< `token`
  kServing = 11,    ///< `view` = 1 serving, 0 not
  kNote = 12,       ///< a tool's word: `text` = what ("cc.act", "cc.result", "transfer.done" ...),
                    ///< `token` and `digest` as the tool says in docs/formats/history.md
  kAsk = 13,  ///< asks to create, join, leave or kill a group: `text` says which, `group` of the
              ///< last two
};

struct HistoryRecord {
  HistoryKind kind = HistoryKind::kNote;
  std::int64_t time_ns = 0;    ///< the recording host's clock; orders nothing between hosts
  ProcessId process;           ///< who saw it
  std::uint64_t sequence = 0;  ///< from 1 at each process: program order
  std::uint64_t token = 0;
  MessageId id;
  ProcessId peer;
  Order order = Order::kCausal;
  Safety safety = Safety::kAgreed;
  GroupId group;
  std::uint64_t view = 0;
  std::uint8_t entry = 0;
  std::uint64_t digest = 0;  ///< of the payload, or of a state
  Destinations destinations;
  std::vector<ProcessId> members;
  std::vector<ProcessId> peers;
  std::vector<SiteLife> sites;
  std::string text;
  bool operator==(const HistoryRecord&) const = default;
};

/// One line of text without its end, fixed order of key=value; absent keys have their zero value.
std::string to_line(const HistoryRecord& record);
/// Errors: kMalformed, naming the key.
Result<HistoryRecord> parse_history_line(std::string_view line);

/// The digest used in histories: FNV-1a, 64 bits.
std::uint64_t history_digest(ByteView bytes);

}  // namespace cohort::wire
