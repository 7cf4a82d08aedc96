#include "sensors/adapters/sqlite_schema.h"

#include <string>

namespace cohort::sensors {

namespace {

constexpr std::int64_t kApplicationId = 0x43534e53;  // "CSNS"
constexpr std::int64_t kVersion = 1;

constexpr const char* kTables = R"(
  BEGIN;
  CREATE TABLE sensor(
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    station TEXT NOT NULL,
    quantity TEXT NOT NULL,
    unit TEXT NOT NULL,
    time_error_max_ns INTEGER NOT NULL DEFAULT 0,
    readings INTEGER NOT NULL DEFAULT 0,
    bad INTEGER NOT NULL DEFAULT 0,
    duplicates INTEGER NOT NULL DEFAULT 0);
  CREATE TABLE reading(
    sensor INTEGER NOT NULL REFERENCES sensor(id),
    time_ns INTEGER NOT NULL,
    time_error_ns INTEGER NOT NULL,
    plant_ms INTEGER NOT NULL,
    value REAL,
    value_error REAL,
    quality INTEGER NOT NULL,
    PRIMARY KEY(sensor, time_ns)) WITHOUT ROWID;
  CREATE TABLE gap(
    id INTEGER PRIMARY KEY,
    sensor INTEGER NOT NULL REFERENCES sensor(id),
    from_ns INTEGER NOT NULL,
    to_ns INTEGER NOT NULL,
    reason TEXT NOT NULL);
  CREATE INDEX gap_by_sensor ON gap(sensor, from_ns);
  PRAGMA application_id = 1129533011;
  PRAGMA user_version = 1;
  COMMIT;
)";
static_assert(kApplicationId == 1129533011 && kVersion == 1, "kTables names both numbers");

Result<std::int64_t> number(const Database& database, const char* sql) {
  Statement statement = database.prepare(sql);
  const std::int64_t value = statement.step() ? statement.integer(0) : 0;
  if (auto ok = statement.finish(); !ok) return std::unexpected(ok.error());
  return value;
}

}  // namespace

Result<void> prepare_schema(const Database& database) {
  const auto objects = number(database, "SELECT count(*) FROM sqlite_master");
  if (!objects) return std::unexpected(objects.error());
  if (*objects == 0) {
    // WAL: readers never wait for the writer. NORMAL: a loss of power may cost the last commits,
    // never the file.
    if (auto ok = database.run("PRAGMA journal_mode = WAL"); !ok) return ok;
    if (auto ok = database.run(kTables); !ok) return ok;
  } else {
    const auto id = number(database, "PRAGMA application_id");
    if (!id) return std::unexpected(id.error());
    if (*id != kApplicationId) {
      return make_error(Errc::kCorrupt, "the file is an SQLite database but no sensor store");
    }
    const auto version = number(database, "PRAGMA user_version");
    if (!version) return std::unexpected(version.error());
    if (*version != kVersion) {
      return make_error(Errc::kVersion, "the sensor store has version " + std::to_string(*version) +
                                            "; this program reads " + std::to_string(kVersion));
    }
  }
  return database.run("PRAGMA synchronous = NORMAL");
}

Reading read_reading(const Statement& row) {
  Reading reading;
  reading.time.ns = row.integer(0);
  reading.time_error_ns = row.integer(1);
  reading.plant_ms = row.integer(2);
  reading.value = row.is_null(3) ? 0 : row.real(3);
  reading.value_error = row.is_null(4) ? 0 : row.real(4);
  const std::int64_t quality = row.integer(5);
  // A number that no version of ours wrote is read as the worst, never as a good value.
  const bool known = quality >= 0 && quality <= static_cast<std::int64_t>(Quality::kBad);
  reading.quality = known ? static_cast<Quality>(quality) : Quality::kBad;
  return reading;
}

Result<std::map<SensorId, SensorState>> load_states(const Database& database) {
  std::map<SensorId, SensorState> states;
  Statement sensors = database.prepare(
      "SELECT id, name, station, quantity, unit, time_error_max_ns, readings, bad, duplicates "
      "FROM sensor");
  while (sensors.step()) {
    SensorState state;
    state.info = {sensors.text(1), sensors.text(2), sensors.text(3), sensors.text(4)};
    state.time_error_max_ns = sensors.integer(5);
    state.readings = static_cast<std::uint64_t>(sensors.integer(6));
    state.bad = static_cast<std::uint64_t>(sensors.integer(7));
    state.duplicates = static_cast<std::uint64_t>(sensors.integer(8));
    Statement newest =
        database.prepare(std::string("SELECT ") + kReadingColumns +
                         " FROM reading WHERE sensor = ? ORDER BY time_ns DESC LIMIT 1");
    newest.bind(sensors.integer(0));
    if (newest.step()) state.newest = read_reading(newest);
    if (auto ok = newest.finish(); !ok) return std::unexpected(ok.error());
    states.emplace(SensorId{static_cast<std::uint32_t>(sensors.integer(0))}, std::move(state));
  }
  if (auto ok = sensors.finish(); !ok) return std::unexpected(ok.error());
  return states;
}

}  // namespace cohort::sensors
