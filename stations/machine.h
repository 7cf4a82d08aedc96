/// A simulated station: load, set-up, processing, unload on plant time (a machine), or empty
/// travel, pick-up, travel and drop (the transporter).
///
/// It remembers every key and every (lot, step) that it ever started and refuses to start any of
/// them again, whatever happened to whoever asked. Pure: the plant time is handed in; never goes
/// back. Invariants: one job at a time; a key is in the memory before anybody is told "started".
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "stations/equipment.h"
#include "stations/job_plan.h"

namespace cohort::stations {

/// What must be on disk before a start is answered; restore() takes it back.
struct JobRecord {
  Job job;
  PlantTime started_ms = 0;
  JobPlan plan;
  bool operator==(const JobRecord&) const = default;
};

enum class MachinePhase : std::uint8_t { kIdle, kLoad, kSetup, kProcess, kUnload };
/// "idle", "load", "setup", "process", "unload".
std::string_view to_string(MachinePhase phase);

/// Where in its job a machine is.
struct MachineMoment {
  MachinePhase phase = MachinePhase::kIdle;
  double progress = 0;    ///< of the phase, 0 to 1
  std::uint8_t step = 0;  ///< of the job; 0: none
};

class Machine {
 public:
  explicit Machine(StationSpec station) : station_(std::move(station)) {}

  /// Takes back one record of an earlier life, oldest first, before the first start.
  /// Errors: kCorrupt (a key twice, a job that the station cannot have done, jobs that overlap).
  Result<void> restore(const JobRecord& record);
  /// Takes back one refusal of an earlier life.
  void restore_refusal(const std::string& key);

  /// Never fails: refusals are outcomes.
  StartReply start(const Job& job, PlantTime now);
  JobStatus query(const std::string& key) const;

  /// The jobs that completed up to `now` and were not reported before, oldest first.
  std::vector<EquipmentEvent> advance(PlantTime now);
  /// When advance() has something to say; empty: nothing runs.
  std::optional<PlantTime> next_completion() const;

  MachineMoment moment(PlantTime now) const;
  /// Null: idle.
  const JobRecord* running() const;
  /// The record of the last job started; null: none yet.
  const JobRecord* last_started() const;
  const StationSpec& station() const { return station_; }
  std::uint64_t duplicates_refused() const { return duplicates_refused_; }
  std::uint64_t jobs_started() const { return records_.size(); }

 private:
  StartReply refuse(const Job& job, StartOutcome outcome, std::string reason);
  std::optional<std::string> duplicate_reason(const Job& job) const;
  void remember(JobRecord record);

  StationSpec station_;
  std::vector<JobRecord> records_;             ///< every job ever started
  std::map<std::string, std::size_t> by_key_;  ///< into records_
  std::set<std::pair<std::string, std::uint8_t>> lot_steps_;
  std::map<std::string, std::uint32_t> refusals_;  ///< duplicates refused, by key
  std::uint64_t duplicates_refused_ = 0;
  std::size_t completed_ = 0;  ///< records_ before this one have been reported complete
  Tooling tooling_;
};

}  // namespace cohort::stations
