#include "sensors/app/collector.h"

#include <fmt/format.h>

#include "platform/client/adapters/loop.h"

namespace cohort::sensors {

namespace {

/// Of readings that are refused one in so many is logged: a broken station sends many.
constexpr std::uint64_t kRefusedPerLog = 1000;

/// The stations' units in the letters that people write.
std::string unit_of(const stations::Reading& reading) {
  return reading.unit == "degC" ? "°C" : reading.unit;
}

SensorInfo info_of(const stations::Reading& reading) {
  return {reading.station + "." + reading.sensor, reading.station, reading.sensor,
          unit_of(reading)};
}

Reading reading_of(const stations::Reading& from) {
  Reading reading;
  reading.time = from.wall;
  reading.time_error_ns = from.wall_error.count();
  reading.plant_ms = from.at_ms;
  reading.value = from.value;
  reading.value_error = from.error;
  return reading;
}

}  // namespace

Collector::Collector(client::Host& host, Intake& intake,
                     std::function<void(const Error&)> on_broken)
    : host_(host), intake_(intake), on_broken_(std::move(on_broken)) {}

void Collector::start() {
  for (const config::Station& station : host_.plant().stations) {
    if (station.kind == config::StationKind::kTransporter) continue;  // it has no sensors
    FeedHandlers handlers;
    handlers.on_up = [this, name = station.name] {
      intake_.connected(name);
      host_.log(client::LogLevel::kInfo, fmt::format("station {}: connected", name));
    };
    handlers.on_down = [this, name = station.name](const std::string& reason) {
      intake_.disconnected(name);
      host_.log(client::LogLevel::kWarning, fmt::format("station {}: {}", name, reason));
    };
    handlers.on_readings = [this](const std::vector<stations::Reading>& readings) {
      for (const stations::Reading& reading : readings) take(reading);
    };
    feeds_.push_back(
        std::make_unique<StationFeed>(host_.loop().runtime(), station, std::move(handlers)));
  }
}

void Collector::take(const stations::Reading& reading) {
  if (broken_) return;
  const auto taken =
      intake_.receive(info_of(reading), reading_of(reading), client::Loop::wall_now());
  if (!taken) refused(taken.error());
}

void Collector::refused(const Error& error) {
  if (error.code == Errc::kIo || error.code == Errc::kCorrupt) {
    broken_ = true;
    on_broken_(error);
    return;
  }
  const auto& counters = intake_.counters();
  const std::uint64_t lost = counters.refused + counters.dropped;
  if (lost % kRefusedPerLog != 1) return;
  host_.log(client::LogLevel::kWarning,
            fmt::format("{} (refused {}, dropped {} so far)", error.text, counters.refused,
                        counters.dropped));
}

}  // namespace cohort::sensors
