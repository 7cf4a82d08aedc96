#include "services/app/station_service_main.h"

#include <algorithm>
#include <memory>

#include "services/app/member_options.h"
#include "services/app/service_main.h"
#include "services/station_service/service.h"
#include "stations/adapters/station_client.h"

namespace cohort::services::app {

namespace {

using station_service::StationService;
using Connections = std::vector<std::unique_ptr<stations::StationClient>>;

std::unique_ptr<stations::StationClient> connect_to(client::Host& host,
                                                    const config::Station& station) {
  stations::ClientOptions options;
  const auto kind = stations::parse_kind(config::to_string(station.kind));
  COHORT_ASSERT(kind.has_value(), "the plant file and the model name the same kinds");
  options.station = {station.name, *kind};
  options.address = station.address;
  options.port = station.port;
  auto connection =
      std::make_unique<stations::StationClient>(host.loop().runtime(), std::move(options));
  connection->on_link([&host, name = station.name](bool up, const std::string& reason) {
    host.log(
        up ? client::LogLevel::kInfo : client::LogLevel::kWarning,
        up ? "station " + name + " is reached" : "station " + name + " is not reached: " + reason);
  });
  return connection;
}

}  // namespace

int run_station_service(int argc, char** argv, const StationProgram& program) {
  bool drills = false;
  auto connections = std::make_unique<Connections>();
  client::Application application;
  application.program = program.service;
  application.description = program.description;
  application.add_options = [&drills](CLI::App& options) { accept_drills(options, drills); };
  const auto make = [&](client::Host& host) -> Result<std::unique_ptr<StationService>> {
    StationService::Options options;
    options.member = member_options(host, program.service);
    options.drills = drills;
    for (const config::Station& station : host.plant().stations) {
      if (std::ranges::find(program.kinds, station.kind) == program.kinds.end()) continue;
      connections->push_back(connect_to(host, station));
      options.stations[station.name] = connections->back().get();
    }
    return std::make_unique<StationService>(host.process(), std::move(options));
  };
  const int code = run_service<StationService>(argc, argv, application, make);
  // The connections refer to the host's loop, which is gone: they end with the process.
  static_cast<void>(connections.release());
  return code;
}

}  // namespace cohort::services::app
