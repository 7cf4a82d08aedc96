/// Scheduling: keeps lots, routes, queues and orders as replicated data, decides what runs where.
///
/// Commands are ABCAST updates, questions are answered by one member from its copy. Times are plant
/// times in milliseconds since the plant's start (*_ms). Lists are lists of messages.
#pragma once

#include <cstdint>
#include <string>

#include "platform/base/result.h"
#include "platform/client/process.h"
#include "platform/task/task.h"

namespace cohort::services::scheduling {

inline constexpr const char* kGroup = "scheduling";

/// A command: {command: ...} -> {ok, error (words, where not ok), ...}.
///
/// - "release" {product, count (default 1), lot (a name; only with count 1)} -> {lots: {name}..}
/// - "release-plan" {plan: "week", lots (at most so many of its first; default all)}
///   -> {lots: number}
/// - "hold" {lot, reason}
/// - "release-hold" {lot}
/// - "cancel" {lot, reason}
/// - "policy" {policy: "fifo" | "least-setup"}
///
/// Everything else is the members' own. Unknown products, lots and illegal transitions: ok = false
/// with the reason and what is allowed.
inline constexpr std::uint8_t kUpdateEntry = 16;

/// A question: {question: ...} -> {plant_time_ms, ...} or {error}.
///
/// - "lots" {state (optional), offset, limit (at most 100)} -> {total, lots: {lot, product,
///   state, step, steps_done, station, area, released_ms, finished_ms, hold_reason}..}
/// - "lot" {lot} -> the fields above, {why, history: {step, station, order, started_ms,
///   completed_ms, short_batch}..}
/// - "why" {lot} -> {lot, why}
/// - "report" {} -> {planned, released, finished, cancelled, held, in_progress, short_batches,
///   mean_cycle_time_ms, duplicates_refused, stations: {station, kind, jobs, busy_ms,
///   utilisation (0..1)}..}
/// - "stations" {} -> {stations: {station, kind, area, state: "idle" | "busy", order, step, lots,
///   product, since_ms, waiting}..}
/// - "orders" {} -> {orders: {order, key, kind, station, step, lots, since_ms}..}: outstanding
/// - "state" {} -> {open, life, position, plant_time_ms, clock_factor, members: {process, site,
///   life, position}..}: `open` is false while members compare their logs after a start
inline constexpr std::uint8_t kReadEntry = 17;

/// Sends a command. Errors: kUnknownGroup (scheduling does not run), kRefused with the reason,
/// those of call().
task::Task<Result<client::Message>> command(client::Process& process, client::Message change);
/// Asks a question. Errors: as command().
task::Task<Result<client::Message>> ask(client::Process& process, client::Message question);

}  // namespace cohort::services::scheduling
