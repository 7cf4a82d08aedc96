#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <utility>

#include "platform/client/adapters/host.h"

namespace cohort::client {

namespace {

constexpr const char* kExitCodes =
    "Exit codes: 0 done; 1 failed; 2 wrong option or plant file; 3 the site's daemon does not run "
    "or refuses; 5 the daemon has gone.";

int complain(int code, const std::string& program, const std::string& text) {
  fmt::print(stderr, "{}: {}\n", program, text);
  return code;
}

task::Task<int> connect_and_enter(Host& host, std::function<task::Task<int>(Host&)> entry) {
  const Result<void> connected = co_await host.process().connect();
  if (!connected) {
    host.fail(connected.error());
    co_return int{kExitNoDaemon};
  }
  const int code = co_await entry(host);
  co_return code;
}

}  // namespace

int run_application(int argc, char** argv, const Application& application,
                    std::function<task::Task<int>(Host&)> entry) {
  const std::string executable = "cohort-" + application.program;
  CLI::App options(application.description, executable);
  std::string plant_path;
  std::uint16_t site = 0;
  bool verbose = false;
  options.add_option("--config", plant_path, "the plant file")->required();
  options.add_option("--site", site, "the number of the site that this process belongs to")
      ->required();
  options.add_flag("--verbose", verbose, "log single steps, and information on stderr too");
  options.footer(kExitCodes);
  if (application.add_options) application.add_options(options);
  try {
    options.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return options.exit(error) == 0 ? kExitOk : kExitUsage;
  }
  auto plant = config::read_plant_file(plant_path);
  if (!plant) return complain(kExitUsage, executable, plant.error().text);
  HostOptions host_options;
  host_options.program = application.program;
  host_options.plant = std::move(*plant);
  host_options.site = SiteId{site};
  host_options.record_history = application.record_history;
  host_options.verbose = verbose;
  auto host = Host::open(std::move(host_options));
  if (!host) {
    const bool usage = host.error().code == Errc::kInvalidArgument;
    return complain(usage ? kExitUsage : kExitNoDaemon, executable, host.error().text);
  }
  if (application.before_connect) application.before_connect(**host);
  return (*host)->run(connect_and_enter(**host, std::move(entry)));
}

}  // namespace cohort::client
