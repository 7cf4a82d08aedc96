#include "stations/sensor_model.h"

#include <array>
#include <cmath>
#include <numbers>

#include "platform/base/rng.h"

namespace cohort::stations {
namespace {

/// One sensor's levels: at rest and under process, a slow swing around them, and its error.
struct SensorModel {
  std::string_view sensor;
  std::string_view unit;
  double rest = 0;
  double process = 0;
  double swing = 0;  ///< amplitude; one turn in four plant hours
  double error = 0;
};
using Sensors = std::array<SensorModel, 3>;

constexpr Sensors kDiffusionSensors{{{"temperature", "degC", 600, 950, 1.5, 1.0},
                                     {"pressure", "Pa", 101'300, 98'000, 60, 50},
                                     {"flow", "sccm", 500, 10'000, 25, 40}}};
constexpr Sensors kImplantSensors{{{"temperature", "degC", 24, 61, 0.4, 0.5},
                                   {"pressure", "Pa", 1.0e-3, 2.0e-4, 1.0e-5, 2.0e-5},
                                   {"flow", "sccm", 0.2, 3.0, 0.02, 0.05}}};
constexpr Sensors kLithographySensors{{{"temperature", "degC", 100, 110, 0.1, 0.2},
                                       {"pressure", "Pa", 101'300, 103'000, 40, 50},
                                       {"flow", "sccm", 50, 300, 2, 4}}};

const Sensors* sensors_of(StationKind kind) {
  switch (kind) {
    case StationKind::kDiffusion:
      return &kDiffusionSensors;
    case StationKind::kImplant:
      return &kImplantSensors;
    case StationKind::kLithography:
      return &kLithographySensors;
    case StationKind::kTransporter:
      return nullptr;
  }
  return nullptr;
}

/// 0 at rest, 1 under process; loads ramp up, unloads ramp down.
double activity(const MachineMoment& moment) {
  switch (moment.phase) {
    case MachinePhase::kIdle:
      return 0;
    case MachinePhase::kLoad:
      return moment.progress * 0.5;
    case MachinePhase::kSetup:
      return 0.5;
    case MachinePhase::kProcess:
      return std::min(1.0, 0.5 + moment.progress * 5);
    case MachinePhase::kUnload:
      return 1 - moment.progress;
  }
  return 0;
}

}  // namespace

std::vector<Reading> sense(const StationSpec& station, const MachineMoment& moment, PlantTime now,
                           std::uint64_t seed) {
  std::vector<Reading> readings;
  const Sensors* sensors = sensors_of(station.kind);
  if (sensors == nullptr) return readings;
  const double turn = static_cast<double>(now) / static_cast<double>(4 * kPlantHour);
  const Rng station_noise = Rng(seed ^ static_cast<std::uint64_t>(now)).fork(station.name);
  for (const SensorModel& model : *sensors) {
    Rng noise = station_noise.fork(model.sensor);
    Reading reading;
    reading.station = station.name;
    reading.sensor = model.sensor;
    reading.unit = model.unit;
    reading.value = model.rest + (model.process - model.rest) * activity(moment) +
                    model.swing * std::sin(2 * std::numbers::pi * turn) +
                    model.error * (2 * noise.unit() - 1);
    reading.error = model.error;
    reading.at_ms = now;
    readings.push_back(std::move(reading));
  }
  return readings;
}

}  // namespace cohort::stations
