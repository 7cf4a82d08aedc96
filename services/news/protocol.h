/// What the plant's services post as news, and how each body reads. The wire contract between a
/// subscriber or a poster and the service is platform/tools/news_protocol.h.
///
/// Fields named *_site are site numbers, *_ms are plant times (milliseconds since the plant's
/// start), `lots` is a list of messages {name}. Absent fields are unknown, never zero.
#pragma once

namespace cohort::services::news {

/// {lot, product}
inline constexpr const char* kLotReleased = "lot.released";
/// {order, station, step, lots, plant_time_ms}
inline constexpr const char* kLotStepStarted = "lot.step-started";
/// {order, station, step, lots, plant_time_ms}
inline constexpr const char* kLotStepFinished = "lot.step-finished";
/// {lot, product, cycle_time_ms, plant_time_ms}
inline constexpr const char* kLotFinished = "lot.finished";
/// {lot, reason}
inline constexpr const char* kLotHeld = "lot.held";
/// {lot}
inline constexpr const char* kLotHoldReleased = "lot.hold-released";
/// {lot, reason}
inline constexpr const char* kLotCancelled = "lot.cancelled";

/// A cohort took an order over from a coordinator that failed:
/// {service, order, key, kind, station, step, lots, view, from, to, from_site, to_site}
inline constexpr const char* kTakeover = "service.takeover";
/// A member of a service joined or left its group: {service, view, members, joined, departed,
/// reason}; `joined` and `departed` are lists of {process, site}. Posted by the oldest member.
inline constexpr const char* kServiceView = "service.view";
/// The oldest member asked remote execution to start a member: {service, site, attempt}
inline constexpr const char* kRestart = "service.restart";
/// It tried too often and gave up: {service, site, attempts, reason}
inline constexpr const char* kRestartAbandoned = "service.restart-abandoned";

/// A program that remote execution started has begun: {site, program, unix_pid}
inline constexpr const char* kProgramStarted = "program.started";
/// ... has ended: {site, program, unix_pid, exit_code} or {.., signal}
inline constexpr const char* kProgramEnded = "program.ended";

/// A network path between two sites is lost, while another one carries everything, or is back:
/// {site, peer, path, address, port, reason}; `path` is 1 or 2, seen from `site`.
inline constexpr const char* kPathDown = "site.path-down";
inline constexpr const char* kPathUp = "site.path-up";

/// A station service armed with a drill stands still at the phase and waits for what comes:
/// {service, phase, unix_pid, site, process, order, key, kind, station, step, lots}
inline constexpr const char* kDrillReached = "drill.reached";

/// A station refused to start a job a second time: {service, order, key, station, step, lots}
inline constexpr const char* kDuplicateRefused = "station.duplicate-refused";

}  // namespace cohort::services::news
