/// The run's course: wait until the plant serves, release the lots, kill and restart, wait for the
/// end, collect the facts.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>

#include "deploy/driver/observer.h"
#include "deploy/driver/options.h"
#include "deploy/driver/plant_runner.h"
#include "deploy/driver/run_record.h"
#include "platform/client/adapters/host.h"
#include "platform/task/task.h"

namespace cohort::deploy {

/// One line that is rewritten in place on a terminal, printed every few seconds elsewhere.
using ShowProgress = std::function<void(const std::string& line)>;

class Script {
 public:
  struct Tools {
    client::Host& host;
    PlantRunner& runner;
    RunRecord& record;
    ShowProgress show;
    std::function<bool()> interrupted;  ///< Ctrl-C was pressed
  };
  Script(const Options& options, Tools tools);

  /// Returns the program's exit code; problems are in the record.
  task::Task<int> run();

 private:
  task::Task<Result<void>> course();
  task::Task<Result<void>> wait_until_whole(double limit_s);
  task::Task<Result<void>> wait_until_open();
  task::Task<Result<void>> release();
  task::Task<Result<void>> wait_for_lots();
  task::Task<Result<void>> advance(Progress progress);
  task::Task<Result<void>> kill_coordinator();
  task::Task<Result<void>> kill_and_restart_site();
  task::Task<Result<void>> wait_for_tour();
  /// Waits; errors where the run was interrupted or a process of the plant is gone.
  task::Task<Result<void>> pause(double duration_s);
  double elapsed_s() const;
  void show(const Progress& progress);

  const Options& options_;
  Tools tools_;
  Observer observer_;
  MonotonicTime released_at_{};
  std::string doing_;  ///< for the progress line
  std::optional<pid_t> drill_pid_;
  std::int64_t drill_site_ = 0;
  int stage_ = 0;  ///< how many of the planned disturbances are done
  std::optional<pid_t> tour_;
};

}  // namespace cohort::deploy
