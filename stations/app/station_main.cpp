/// cohort-station: one simulated station of the plant file, as a process of its own. It belongs to
/// no site and does not die with one.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "platform/client/adapters/loop.h"
#include "platform/config/plant_file.h"
#include "platform/log/log_file.h"
#include "stations/adapters/station_server.h"

namespace {

using cohort::LogFile;
using cohort::LogLevel;
using cohort::Result;
namespace config = cohort::config;
namespace stations = cohort::stations;

constexpr int kExitFailed = 1;
constexpr int kExitUsage = 2;

struct CommandLine {
  std::string config;
  std::string station;
  std::uint64_t seed = 1;
  std::uint32_t readings_period_ms = 250;
  bool verbose = false;
};

int fail(int code, const std::string& text) {
  fmt::print(stderr, "cohort-station: {}\n", text);
  return code;
}

std::string known_stations(const config::PlantFile& plant) {
  std::string names;
  for (const config::Station& station : plant.stations) {
    names += (names.empty() ? "" : ", ") + station.name;
  }
  return names;
}

stations::ServerOptions server_options(const config::PlantFile& plant,
                                       const config::Station& station, const CommandLine& line) {
  stations::ServerOptions options;
  options.station.name = station.name;
  options.station.kind =
      stations::parse_kind(config::to_string(station.kind)).value_or(options.station.kind);
  options.address = station.address;
  options.port = station.port;
  options.memory = plant.plant.data_directory / "stations" / station.name / "memory.jsonl";
  options.clock_factor = plant.plant.clock_factor;
  options.seed = line.seed;
  options.readings_period = cohort::millis(line.readings_period_ms);
  return options;
}

int serve(const config::PlantFile& plant, const config::Station& station, const CommandLine& line) {
  const auto log_path = plant.plant.data_directory / "stations" / station.name / "station.log";
  const auto log = LogFile::open("station-" + station.name, log_path, line.verbose);
  if (!log) return fail(kExitFailed, log.error().text);
  cohort::client::Loop loop;
  stations::ServerOptions options = server_options(plant, station, line);
  options.log = [&log](const std::string& text) { (*log)->write(LogLevel::kInfo, text); };
  options.on_failure = [&log, &loop](const cohort::Error& error) {
    (*log)->write(LogLevel::kError, error.text);
    loop.stop(kExitFailed);
  };
  auto server = stations::StationServer::open(loop.runtime(), std::move(options));
  if (!server) {
    (*log)->write(LogLevel::kError, server.error().text);
    return kExitFailed;
  }
  (*log)->write(LogLevel::kInfo,
                fmt::format("station {} ({}) listens on {} port {}; it remembers {} jobs; plant "
                            "time {}, {} times real time",
                            station.name, config::to_string(station.kind), station.address,
                            (*server)->port(), (*server)->machine().jobs_started(),
                            (*server)->clock().plant_start(), (*server)->clock().factor()));
  loop.on_terminate([&log, &loop] {
    (*log)->write(LogLevel::kInfo, "asked to stop");
    loop.stop(0);
  });
  const int code = loop.run();
  server->reset();
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "One simulated station of a plant: a machine or a transporter on the plant clock.\n"
      "It never starts a job twice, and remembers across restarts what it started.\n"
      "Exit codes: 0 stopped, 1 failed (port in use, file), 2 wrong option or plant file.");
  CommandLine line;
  app.add_option("--config", line.config, "the plant file")->required();
  app.add_option("--station", line.station, "the station's name in the plant file")->required();
  app.add_option("--seed", line.seed, "of the sensors' noise");
  app.add_option("--readings-period-ms", line.readings_period_ms, "between readings, real time")
      ->check(CLI::Range(10, 3'600'000));
  app.add_flag("--verbose", line.verbose, "log to the terminal too");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kExitUsage;
  }
  const auto plant = config::read_plant_file(line.config);
  if (!plant) return fail(kExitUsage, plant.error().text);
  const config::Station* station = plant->station(line.station);
  if (station == nullptr) {
    return fail(kExitUsage, fmt::format("{}: no station '{}'; stations are {}", line.config,
                                        line.station, known_stations(*plant)));
  }
  return serve(*plant, *station, line);
}
