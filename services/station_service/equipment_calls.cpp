#include "services/station_service/equipment_calls.h"

#include <algorithm>

#include "platform/task/one_shot.h"

namespace cohort::services::station_service {

namespace {
constexpr Duration kPauseLeast = millis(10);
constexpr Duration kPauseMost = seconds(1);
}  // namespace

task::Task<Result<stations::JobStatus>> query(task::Scheduler& scheduler,
                                              stations::Equipment& station, std::string key) {
  task::OneShot<Result<stations::JobStatus>> answer(scheduler);
  station.query(
      key, [answer](Result<stations::JobStatus> status) mutable { answer.set(std::move(status)); });
  co_return co_await answer.wait();
}

task::Task<Result<stations::StartReply>> start(task::Scheduler& scheduler,
                                               stations::Equipment& station, stations::Job job) {
  task::OneShot<Result<stations::StartReply>> answer(scheduler);
  station.start(
      job, [answer](Result<stations::StartReply> reply) mutable { answer.set(std::move(reply)); });
  co_return co_await answer.wait();
}

task::Task<stations::JobStatus> completion(task::Scheduler& scheduler, stations::Equipment& station,
                                           std::string key) {
  task::OneShot<stations::JobStatus> answer(scheduler);
  station.await_completion(
      key, [answer](stations::JobStatus status) mutable { answer.set(std::move(status)); });
  co_return co_await answer.wait();
}

task::Task<Result<stations::JobStatus>> ensure_started(client::Process& process,
                                                       stations::Equipment& station,
                                                       stations::Job job) {
  task::Scheduler& scheduler = process.scheduler();
  for (Duration pause = kPauseLeast;; pause = std::min(2 * pause, kPauseMost)) {
    const bool may = co_await process.until_may_act();
    if (!may) co_return make_error(Errc::kClosed, "the session with the site's daemon is over");
    const Result<stations::JobStatus> known = co_await query(scheduler, station, job.key);
    if (known && known->state != stations::JobState::kUnknown) co_return *known;
    if (known && process.may_act()) {  // the question may have taken its time
      const Result<stations::StartReply> reply = co_await start(scheduler, station, job);
      if (reply) {
        const bool remembered = reply->status.state != stations::JobState::kUnknown;
        if (reply->outcome == stations::StartOutcome::kStarted || remembered) {
          co_return reply->status;
        }
        if (reply->outcome == stations::StartOutcome::kRefusedInvalid) {
          co_return make_error(Errc::kInvalidArgument, reply->reason);
        }
        if (reply->outcome == stations::StartOutcome::kRefusedDuplicate) {
          co_return make_error(Errc::kRefused, reply->reason);
        }
      }
    }
    co_await scheduler.sleep_for(pause);
  }
}

}  // namespace cohort::services::station_service
