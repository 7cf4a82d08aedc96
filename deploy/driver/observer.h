/// The run seen from one site: the driver's own session with the plant. Counts what the news say
/// and asks scheduling for figures.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "deploy/driver/run_record.h"
#include "platform/base/result.h"
#include "platform/client/process.h"
#include "platform/config/plant_file.h"
#include "platform/task/task.h"
#include "platform/tools/news.h"

namespace cohort::deploy {

/// Progress of the lots.
struct Progress {
  std::int64_t planned = 0;
  std::int64_t released = 0;
  std::int64_t finished = 0;
  std::int64_t cancelled = 0;
  std::int64_t plant_time_ms = 0;
};

class Observer {
 public:
  /// Requires: both outlive the observer; the process is connected.
  Observer(client::Process& process, const config::PlantFile& plant, RunRecord& record)
      : process_(process), plant_(plant), record_(record) {}

  /// Enrols for the news. Called for each drill that a service reached: its unix pid and site.
  task::Task<Result<void>> watch_news();
  std::function<void(std::int64_t unix_pid, std::int64_t site)> on_drill;

  /// Names of the services that have fewer members than the plant file gives them sites.
  task::Task<std::vector<std::string>> incomplete_services();

  /// True once scheduling's members have compared their logs and take commands.
  task::Task<bool> scheduling_is_open();
  task::Task<Result<void>> release_week(std::int64_t lots);
  task::Task<Result<void>> arm_drill(std::string service, std::string phase);
  task::Task<Result<Progress>> progress();
  /// Fills the figures, the stations and every lot's history into the record.
  task::Task<Result<void>> collect();

 private:
  void on_news(const tools::NewsItem& item);
  task::Task<Result<void>> collect_report();
  task::Task<Result<void>> collect_lots();
  task::Task<Result<LotRecord>> collect_lot(std::string name);
  task::Task<void> collect_takeovers();

  client::Process& process_;
  const config::PlantFile& plant_;
  RunRecord& record_;
  std::unique_ptr<tools::NewsSubscription> news_;
};

}  // namespace cohort::deploy
