#include "services/app/member_options.h"

#include <unistd.h>

#include <CLI/CLI.hpp>

namespace cohort::services::app {

MemberOptions member_options(client::Host& host, const std::string& service) {
  MemberOptions options;
  options.service = service;
  options.site = host.site().number;
  const config::Service* const configured = host.plant().service(service);
  if (configured != nullptr) options.sites = configured->sites;
  options.unix_pid = static_cast<std::uint64_t>(getpid());
  options.wall_now = client::Loop::wall_now;
  options.log = [&host](std::string_view text) { host.log(client::LogLevel::kInfo, text); };
  return options;
}

std::vector<stations::StationSpec> station_specs(const config::PlantFile& plant) {
  std::vector<stations::StationSpec> specs;
  for (const config::Station& station : plant.stations) {
    const auto kind = stations::parse_kind(config::to_string(station.kind));
    COHORT_ASSERT(kind.has_value(), "the plant file and the model name the same kinds");
    specs.push_back({station.name, *kind});
  }
  return specs;
}

void accept_drills(CLI::App& options, bool& drills) {
  options.add_flag("--drills", drills,
                   "stand still where a drill asks for it, so that a kill can be placed exactly");
}

}  // namespace cohort::services::app
