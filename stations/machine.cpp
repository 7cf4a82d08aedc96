#include "stations/machine.h"

#include <fmt/format.h>

#include <array>

#include "platform/base/assert.h"
#include "stations/limits.h"

namespace cohort::stations {
namespace {

PlantTime completion(const JobRecord& record) {
  return record.started_ms + record.plan.total();
}

}  // namespace

std::string_view to_string(MachinePhase phase) {
  static constexpr std::array<std::string_view, 5> kNames{"idle", "load", "setup", "process",
                                                          "unload"};
  return kNames.at(static_cast<std::size_t>(phase));
}

Result<void> Machine::restore(const JobRecord& record) {
  const auto plan = plan_job(station_, tooling_, record.job);
  if (!plan) return make_error(Errc::kCorrupt, plan.error().text);
  if (const auto duplicate = duplicate_reason(record.job)) {
    return make_error(Errc::kCorrupt, *duplicate);
  }
  if (!records_.empty() && record.started_ms < completion(records_.back())) {
    return make_error(Errc::kCorrupt, fmt::format("job {} began before the one before it was over",
                                                  record.job.key));
  }
  remember(record);
  return {};
}

void Machine::restore_refusal(const std::string& key) {
  ++refusals_[key];
  ++duplicates_refused_;
}

StartReply Machine::start(const Job& job, PlantTime now) {
  if (auto duplicate = duplicate_reason(job)) {
    if (refusals_.size() < limits::kJobsRemembered || refusals_.contains(job.key)) {
      ++refusals_[job.key];
    }
    ++duplicates_refused_;
    return refuse(job, StartOutcome::kRefusedDuplicate, std::move(*duplicate));
  }
  const auto plan = plan_job(station_, tooling_, job);
  if (!plan) return refuse(job, StartOutcome::kRefusedInvalid, plan.error().text);
  if (!records_.empty() && now < completion(records_.back())) {
    return refuse(
        job, StartOutcome::kRefusedBusy,
        fmt::format("station {} is busy with job {}", station_.name, records_.back().job.key));
  }
  if (records_.size() >= limits::kJobsRemembered) {
    return refuse(job, StartOutcome::kRefusedInvalid,
                  fmt::format("station {} remembers {} jobs and can take no more", station_.name,
                              records_.size()));
  }
  remember(JobRecord{job, now, *plan});
  return StartReply{StartOutcome::kStarted, {}, query(job.key)};
}

JobStatus Machine::query(const std::string& key) const {
  JobStatus status;
  status.key = key;
  if (const auto refused = refusals_.find(key); refused != refusals_.end()) {
    status.duplicates_refused = refused->second;
  }
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return status;
  const JobRecord& record = records_[found->second];
  status.state = found->second < completed_ ? JobState::kCompleted : JobState::kRunning;
  status.started_ms = record.started_ms;
  status.completed_ms = completion(record);
  status.setup_ms = record.plan.setup;
  return status;
}

std::vector<EquipmentEvent> Machine::advance(PlantTime now) {
  std::vector<EquipmentEvent> events;
  while (completed_ < records_.size() && completion(records_[completed_]) <= now) {
    const Job job = records_[completed_].job;
    ++completed_;
    events.push_back(EquipmentEvent{EquipmentEvent::Kind::kCompleted, job, StartOutcome::kStarted,
                                    query(job.key)});
  }
  return events;
}

std::optional<PlantTime> Machine::next_completion() const {
  if (completed_ == records_.size()) return std::nullopt;
  return completion(records_[completed_]);
}

MachineMoment Machine::moment(PlantTime now) const {
  const JobRecord* record = last_started();
  if (record == nullptr || now < record->started_ms || now >= completion(*record)) return {};
  PlantTime left = now - record->started_ms;
  const JobPlan& plan = record->plan;
  const std::array<std::pair<MachinePhase, PlantTime>, 4> phases{
      {{MachinePhase::kLoad, plan.load},
       {MachinePhase::kSetup, plan.setup},
       {MachinePhase::kProcess, plan.process},
       {MachinePhase::kUnload, plan.unload}}};
  for (const auto& [phase, length] : phases) {
    if (left < length) {
      return {phase, static_cast<double>(left) / static_cast<double>(length), record->job.step};
    }
    left -= length;
  }
  return {};
}

const JobRecord* Machine::running() const {
  return completed_ == records_.size() ? nullptr : &records_.back();
}

const JobRecord* Machine::last_started() const {
  return records_.empty() ? nullptr : &records_.back();
}

StartReply Machine::refuse(const Job& job, StartOutcome outcome, std::string reason) {
  return StartReply{outcome, std::move(reason), query(job.key)};
}

std::optional<std::string> Machine::duplicate_reason(const Job& job) const {
  if (by_key_.contains(job.key)) {
    return fmt::format("station {} has started job {} before", station_.name, job.key);
  }
  for (const std::string& lot : job.lots) {
    if (lot_steps_.contains({lot, job.step})) {
      return fmt::format("station {} has started step {} of lot {} before", station_.name, job.step,
                         lot);
    }
  }
  return std::nullopt;
}

void Machine::remember(JobRecord record) {
  COHORT_ASSERT(!by_key_.contains(record.job.key), "a key is started once");
  tooling_ = tooling_after(station_, tooling_, record.job);
  by_key_[record.job.key] = records_.size();
  for (const std::string& lot : record.job.lots) {
    const bool fresh = lot_steps_.emplace(lot, record.job.step).second;
    COHORT_ASSERT(fresh, "a step of a lot is started once");
  }
  records_.push_back(std::move(record));
}

}  // namespace cohort::stations
