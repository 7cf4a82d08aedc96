/// cohort-sensors: stores the stations' readings and answers questions about them.
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "platform/client/adapters/host.h"
#include "sensors/adapters/sqlite_store.h"
#include "sensors/app/collector.h"
#include "sensors/app/query_service.h"
#include "sensors/limits.h"

namespace cohort::sensors {

namespace {

/// Everything of the program that lives as long as its session.
struct Program {
  std::int64_t readings_kept = limits::kReadingsKept;
  Result<void> opened;
  int lock = -1;  ///< held until the process ends
  std::unique_ptr<SqliteStore> store;
  std::unique_ptr<Intake> intake;
  std::unique_ptr<QueryService> queries;
  bool broken = false;
};

Result<void> open_store(Program& program, const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return make_error(Errc::kIo, folder.string() + " cannot be created: " + error.message());
  }
  const std::filesystem::path lock_path = folder / "sensors.lock";
  program.lock = ::open(lock_path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  if (program.lock < 0 || ::flock(program.lock, LOCK_EX | LOCK_NB) != 0) {
    return make_error(Errc::kIo, "another cohort-sensors stores this plant's readings: " +
                                     lock_path.string() + " is locked");
  }
  SqliteOptions options;
  options.path = folder / "sensors.db";
  options.readings_kept = program.readings_kept;
  auto store = SqliteStore::open(options);
  if (!store) return std::unexpected(store.error());
  program.store = std::move(*store);
  return {};
}

/// Before the process says hello: its entries must be bound by then.
void prepare(Program& program, client::Host& host) {
  program.opened = open_store(program, host.plant().plant.data_directory);
  if (!program.opened) return;
  program.intake = std::make_unique<Intake>(*program.store);
  program.queries = std::make_unique<QueryService>(host.process(), *program.store, *program.intake);
}

task::Task<int> serve(client::Host& host, Program& program) {
  if (!program.opened) co_return host.fail(program.opened.error());
  const auto joined = co_await host.process().join_group(protocol::kGroup, true);
  if (!joined) co_return host.fail(joined.error());
  Collector collector(host, *program.intake, [&host, &program](const Error& error) {
    program.broken = true;
    host.log(client::LogLevel::kError, error.text);
    host.request_stop();
  });
  collector.start();
  co_await host.until_stopped();
  co_return program.broken ? client::kExitFailed : client::kExitOk;
}

}  // namespace

}  // namespace cohort::sensors

int main(int argc, char** argv) {
  using namespace cohort;
  sensors::Program program;
  client::Application application;
  application.program = "sensors";
  application.description = "Stores the stations' readings and answers questions about them";
  application.add_options = [&program](CLI::App& options) {
    options.add_option("--keep", program.readings_kept, "so many readings are kept at most")
        ->type_name("N")
        ->check(CLI::Range(std::int64_t{1'000}, std::int64_t{1'000'000'000}));
  };
  application.before_connect = [&program](client::Host& host) { sensors::prepare(program, host); };
  return client::run_application(argc, argv, application, [&program](client::Host& host) {
    return sensors::serve(host, program);
  });
}
