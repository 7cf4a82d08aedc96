/// What every station service (emulsion, processing, transport) understands. Each is a group of one
/// member a site; its name is in services/emulsion/protocol.h and so on.
///
/// An order asks for one job at one station. It is a coordinator-cohort request
/// (tools::call_cohort, ABCAST): idempotent by its key, so whoever does not know whether it was
/// carried out sends it again: a finished order is answered from the table, a running one joins the
/// running job.
///
/// Order: {order: number, key: text, kind: "step" | "move", station, step, product, lots: list of
/// {name}, from, to (areas; moves only), recipe, short_batch, tell_start}.
/// Result: {order, key, outcome: "completed" | "refused", reason (refused only), done_before
/// (refused only: the station did this step of one of the lots under another key), started_ms,
/// completed_ms (the station's plant clock), takeovers, duplicates_refused, coordinator,
/// coordinator_site}.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/ids.h"
#include "platform/base/result.h"
#include "platform/client/process.h"
#include "platform/task/task.h"

namespace cohort::services::station_service {

/// An order; answered by its result once the job is over at the station.
inline constexpr std::uint8_t kOrderEntry = 16;
/// The result's copies to the members (bound by the coordinator-cohort tool).
inline constexpr std::uint8_t kResultEntry = 17;
/// ABCAST update of the replicated table: {change: "drill", phase} arms a drill: the next
/// computation that reaches the phase stands still and posts news::kDrillReached (services started
/// with --drills only; phase "none" disarms) -> {ok, error}. The other changes are the members'
/// own.
inline constexpr std::uint8_t kUpdateEntry = 18;
/// Reads the table:
/// {question: "summary"} -> {orders_running, orders_done, takeovers, duplicates_refused, drill}
/// {question: "running"} -> {orders: list of {order, key, kind, station, step, lots, coordinator,
///   coordinator_site, takeovers}}
/// {question: "takeovers", offset} -> {total, takeovers: list of {order, key, kind, station, step,
///   lots, view, from, to, from_site, to_site}}, oldest first, at most 100 from offset.
inline constexpr std::uint8_t kReadEntry = 19;

/// CBCAST from the coordinator to the caller of an order with tell_start, once the station runs the
/// job: {order, key, started_ms}. For people; lost with the coordinator.
inline constexpr std::uint8_t kStartedEntry = 20;

/// The phases of an order at its coordinator, where a drill can stop it.
inline constexpr std::string_view kBeforeAct = "before-act";
inline constexpr std::string_view kAfterStart = "after-start";
inline constexpr std::string_view kAfterCompletion = "after-completion";  ///< before the reply
inline constexpr std::string_view kAfterReply = "after-reply";

/// True for one of the four phases.
bool is_phase(std::string_view text);

/// The names of a `lots` field, and back.
std::vector<std::string> lots_of(const client::Message& message);
client::Message::List to_lots(const std::vector<std::string>& names);

/// Arms a drill at a station service. Errors: kUnknownGroup, kInvalidArgument (no such phase).
task::Task<Result<void>> arm_drill(client::Process& process, std::string group, std::string phase);
/// Asks one of the questions of kReadEntry. Errors: kUnknownGroup, kRefused, those of call().
task::Task<Result<client::Message>> ask(client::Process& process, std::string group,
                                        client::Message question);

}  // namespace cohort::services::station_service
