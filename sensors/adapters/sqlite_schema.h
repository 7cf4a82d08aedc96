/// The tables of the sensor store and how rows become readings (docs/formats/sensor-store.md).
/// Private to this folder.
#pragma once

#include <map>

#include "sensors/adapters/database.h"
#include "sensors/store.h"

namespace cohort::sensors {

/// Creates the tables where the file is new; checks that it is a sensor store of this version.
/// Errors: kCorrupt (another kind of file), kVersion, kIo.
Result<void> prepare_schema(const Database& database);

/// What the file knows of each sensor, with its newest reading.
Result<std::map<SensorId, SensorState>> load_states(const Database& database);

/// The columns that read_reading expects, in its order.
inline constexpr const char* kReadingColumns =
    "time_ns, time_error_ns, plant_ms, value, value_error, quality";
Reading read_reading(const Statement& row);

}  // namespace cohort::sensors
