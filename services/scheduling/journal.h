/// Scheduling's log on stable storage: a snapshot and the commands applied after it. A second start
/// of the plant goes on from it (docs/formats/scheduling-log.md).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "platform/base/result.h"
#include "platform/store/store.h"
#include "platform/task/event.h"
#include "platform/task/scheduler.h"
#include "platform/task/task.h"
#include "services/scheduling/state.h"

namespace cohort::services::scheduling {

class Journal {
 public:
  /// Commands after which the log is replaced by a snapshot.
  static constexpr std::uint64_t kCommandsPerSnapshot = 500;

  /// Requires: both outlive the journal.
  Journal(store::Store& store, task::Scheduler& scheduler);

  /// What the log holds, into `state`; false: it is empty. Errors: kCorrupt, kIo, kMalformed: stop.
  Result<bool> load(SchedulingState& state);

  /// The state has been taken from elsewhere, or the log is long: it begins anew here.
  void checkpoint(const SchedulingState& state);
  /// The command has been applied to `state`.
  void append(const SchedulingState& state, const dispatch::Command& command,
              dispatch::PlantTime at_ms);

  /// Returns once everything handed over before is durable. False: the disk has failed.
  task::Task<bool> durable();

  /// Called once when the disk fails: the member must stop.
  void set_failure_handler(std::function<void(const Error&)> handler);

 private:
  struct Progress {
    explicit Progress(task::Scheduler& scheduler) : moved(scheduler) {}
    std::uint64_t written = 0;
    std::uint64_t durable = 0;
    bool failed = false;
    task::Event moved;
    std::function<void(const Error&)> on_failure;
  };
  store::Store::Done done();

  store::Store& store_;
  std::shared_ptr<Progress> progress_;
  std::uint64_t since_snapshot_ = 0;
};

}  // namespace cohort::services::scheduling
