// cohort-scheduling: the member of scheduling at one site.
#include <filesystem>
#include <system_error>

#include "platform/store/sqlite/sqlite_store.h"
#include "services/app/member_options.h"
#include "services/app/service_main.h"
#include "services/scheduling/protocol.h"
#include "services/scheduling/service.h"

namespace {

using cohort::services::scheduling::SchedulingService;
using cohort::store::SqliteStore;

cohort::Result<std::unique_ptr<SqliteStore>> open_log(cohort::client::Host& host) {
  const auto directory = cohort::config::site_directory(host.plant(), host.site().number);
  std::error_code ignored;  // the store says what is wrong with the path
  std::filesystem::create_directories(directory, ignored);
  return SqliteStore::open(directory / "scheduling.db", [&host](std::function<void()> function) {
    host.post(std::move(function));
  });
}

}  // namespace

int main(int argc, char** argv) {
  bool drills = false;
  std::unique_ptr<SqliteStore> store;
  cohort::client::Application application;
  application.program = "scheduling";
  application.description =
      "Scheduling's member at one site: keeps lots, routes and orders with the other members, "
      "decides what runs where, and logs it, so that a second start goes on.";
  application.add_options = [&drills](CLI::App& options) {
    cohort::services::app::accept_drills(options, drills);
  };
  const auto make =
      [&store](cohort::client::Host& host) -> cohort::Result<std::unique_ptr<SchedulingService>> {
    auto opened = open_log(host);
    if (!opened) return std::unexpected(opened.error());
    store = std::move(*opened);
    SchedulingService::Options options;
    options.member =
        cohort::services::app::member_options(host, cohort::services::scheduling::kGroup);
    options.stations = cohort::services::app::station_specs(host.plant());
    options.clock_factor = host.plant().plant.clock_factor;
    options.on_failure = [&host](const cohort::Error& error) {
      host.fail(error);
      host.request_stop();
    };
    return std::make_unique<SchedulingService>(host.process(), std::move(options), *store);
  };
  return cohort::services::app::run_service<SchedulingService>(argc, argv, application, make);
}
