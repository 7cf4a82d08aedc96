/// What the sensors of a simulated machine read: deterministic in seed, station, sensor and time.
#pragma once

#include <cstdint>
#include <vector>

#include "stations/equipment.h"
#include "stations/machine.h"

namespace cohort::stations {

/// Temperature (degC), pressure (Pa) and flow (sccm) of a machine, with their errors; none for a
/// transporter. `at_ms` is `now`; the wall fields are left for whoever knows the wall time.
/// Ensures: each value lies within its error of the machine's true value.
std::vector<Reading> sense(const StationSpec& station, const MachineMoment& moment, PlantTime now,
                           std::uint64_t seed);

}  // namespace cohort::stations
