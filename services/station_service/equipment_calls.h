/// A station's calls as tasks, and the rule that makes a job's start happen once: ask the station
/// what it knows of the key, start only what it never started, and whenever the outcome is unknown
/// ask again.
#pragma once

#include <string>

#include "platform/base/result.h"
#include "platform/client/process.h"
#include "platform/task/scheduler.h"
#include "platform/task/task.h"
#include "stations/equipment.h"

namespace cohort::services::station_service {

task::Task<Result<stations::JobStatus>> query(task::Scheduler& scheduler,
                                              stations::Equipment& station, std::string key);
task::Task<Result<stations::StartReply>> start(task::Scheduler& scheduler,
                                               stations::Equipment& station, stations::Job job);
task::Task<stations::JobStatus> completion(task::Scheduler& scheduler, stations::Equipment& station,
                                           std::string key);

/// Returns once the station runs the job or has completed it, whoever started it. Waits as long as
/// the station cannot be reached or is busy with another job.
/// The station is told to start only while the process may act, for itself and for members that
/// have gone (V11). Errors: kInvalidArgument: the station cannot do such a job; kRefused: it did
/// this step of one of these lots under another key; kClosed: the session is over. In all three
/// cases nothing was started now.
task::Task<Result<stations::JobStatus>> ensure_started(client::Process& process,
                                                       stations::Equipment& station,
                                                       stations::Job job);

}  // namespace cohort::services::station_service
