/// What a history says of each thing that a process hears from its daemon or asks of it: the one
/// place that knows, for recorders of real processes and of simulated ones
/// (docs/formats/history.md).
///
/// Process, sequence and time are the recorder's to fill in.
#pragma once

#include <optional>

#include "platform/wire/client_protocol.h"
#include "platform/wire/history.h"

namespace cohort::wire {

HistoryRecord history_of(const Welcome& welcome);
HistoryRecord history_of(const Goodbye& goodbye);
HistoryRecord history_of(const Sent& sent);
HistoryRecord history_of(const Deliver& deliver);
HistoryRecord history_of(const View& view);
HistoryRecord history_of(const ProcessGone& gone);
HistoryRecord history_of(const Sites& sites);
HistoryRecord history_of(const Serving& serving);
HistoryRecord history_of(const FlushDone& done);
/// Nothing for what histories do not tell: answers to look-ups and inspections, parts, windows.
std::optional<HistoryRecord> history_of(const ClientEvent& event);

/// Requires: the payload is whole.
HistoryRecord history_of(const Multicast& multicast);
HistoryRecord history_of(const Flush& flush);
HistoryRecord history_of(const CreateGroup& create);
HistoryRecord history_of(const JoinGroup& join);
HistoryRecord history_of(const LeaveGroup& leave);
HistoryRecord history_of(const KillGroup& kill);
/// Nothing for what histories do not tell, and for multicasts: theirs may still lack parts.
std::optional<HistoryRecord> history_of(const ClientRequest& request);

}  // namespace cohort::wire
