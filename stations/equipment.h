/// What a service asks of a station, simulated or real: a small interface that real equipment's
/// drivers fill later (over SECS/GEM, for example).
///
/// Single-threaded: every callback runs on the caller's own event loop, never from inside the call.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/result.h"
#include "platform/base/time.h"
#include "stations/mini_fab.h"

namespace cohort::stations {

/// One job at one station. A job is started at most once in the station's whole life: neither its
/// key nor any of its (lot, step) pairs is ever accepted a second time.
struct Job {
  std::string key;  ///< the order's; chosen by the asker, unique in the plant
  std::string station;
  std::uint8_t step = 0;  ///< 1 to 6; for a move the step that it leads to, or kOutLeg
  std::vector<std::string> lots;
  std::string product;  ///< "Pa", "Pb", "TW", or kMixedProduct
  std::string recipe;   ///< for people and logs
  std::string from;     ///< moves only: areas
  std::string to;
  bool operator==(const Job&) const = default;
};

enum class StartOutcome : std::uint8_t {
  kStarted,
  kRefusedDuplicate,  ///< this key, or one of its (lot, step) pairs, was started before; counted
  kRefusedBusy,       ///< another job is on the machine
  kRefusedInvalid,    ///< the machine cannot do such a job; the reason says why
};
/// "started", "refused-duplicate", "refused-busy", "refused-invalid".
std::string_view to_string(StartOutcome outcome);
std::optional<StartOutcome> parse_start_outcome(std::string_view text);

enum class JobState : std::uint8_t { kUnknown, kRunning, kCompleted };
/// "unknown", "running", "completed".
std::string_view to_string(JobState state);
std::optional<JobState> parse_job_state(std::string_view text);

/// What the station remembers of a key. Unknown: it never started it.
struct JobStatus {
  std::string key;
  JobState state = JobState::kUnknown;
  PlantTime started_ms = 0;
  PlantTime completed_ms = 0;            ///< running: when it will complete
  PlantTime setup_ms = 0;                ///< of it, spent on a set-up
  std::uint32_t duplicates_refused = 0;  ///< starts of this key that were refused as duplicates
  bool operator==(const JobStatus&) const = default;
};

struct StartReply {
  StartOutcome outcome = StartOutcome::kStarted;
  std::string reason;  ///< refused: in words
  JobStatus status;    ///< of the key, after the call
  bool operator==(const StartReply&) const = default;
};

/// What happened to a job at the station.
struct EquipmentEvent {
  enum class Kind : std::uint8_t { kStarted, kCompleted, kRefused };
  Kind kind = Kind::kStarted;
  Job job;
  StartOutcome outcome = StartOutcome::kStarted;  ///< refused: how
  JobStatus status;
  bool operator==(const EquipmentEvent&) const = default;
};
/// "started", "completed", "refused".
std::string_view to_string(EquipmentEvent::Kind kind);
std::optional<EquipmentEvent::Kind> parse_event_kind(std::string_view text);

/// One value of one sensor of a station.
struct Reading {
  std::string station;
  std::string sensor;  ///< "temperature", "pressure", "flow"
  std::string unit;    ///< "degC", "Pa", "sccm"
  double value = 0;
  double error = 0;       ///< half-width: the true value lies within value +- error
  PlantTime at_ms = 0;    ///< on the plant clock
  WallTime wall;          ///< UTC, on the station's host clock
  Duration wall_error{};  ///< half-width of `wall`
  bool operator==(const Reading&) const = default;
};

class Equipment {
 public:
  virtual ~Equipment() = default;

  /// Asks the station to start a job. Errors: kOutcomeUnknown (the link broke or the answer is
  /// late: it may or may not have started; query before doing anything else), kClosed (no link; it
  /// was not sent), kLimit (too many calls outstanding; not sent).
  virtual void start(const Job& job, std::function<void(Result<StartReply>)> done) = 0;

  /// Asks what the station knows of a key. Errors: kClosed, kTimedOut, kLimit; safe to repeat.
  virtual void query(const std::string& key, std::function<void(Result<JobStatus>)> done) = 0;

  /// Calls back once, when the job of this key is completed (soon, if it already is), however often
  /// the link breaks meanwhile. A key that was never started is waited for.
  /// Returns an id for stop_waiting().
  virtual std::uint64_t await_completion(const std::string& key,
                                         std::function<void(JobStatus)> done) = 0;
  virtual void stop_waiting(std::uint64_t id) = 0;

  /// Calls back at every event of the station from now on; events while the link is down are lost
  /// (await_completion() is not). Returns an id for unsubscribe().
  virtual std::uint64_t subscribe(std::function<void(const EquipmentEvent&)> on_event) = 0;
  virtual void unsubscribe(std::uint64_t id) = 0;
};

}  // namespace cohort::stations
