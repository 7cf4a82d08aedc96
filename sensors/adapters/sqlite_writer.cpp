#include "sensors/adapters/sqlite_writer.h"

#include <algorithm>

#include "platform/base/assert.h"
#include "sensors/limits.h"

namespace cohort::sensors {

namespace {

/// The statements of one batch and what they do to the states.
class BatchWriter {
 public:
  BatchWriter(const Database& database, SensorStates& states, std::set<SensorId>& touched)
      : database_(database),
        states_(states),
        touched_(touched),
        insert_reading_(database.prepare(
            "INSERT OR IGNORE INTO reading(sensor, time_ns, time_error_ns, plant_ms, value, "
            "value_error, quality) VALUES(?, ?, ?, ?, ?, ?, ?)")),
        insert_gap_(
            database.prepare("INSERT INTO gap(sensor, from_ns, to_ns, reason) VALUES(?, ?, ?, ?)")),
        declare_(database.prepare(
            "INSERT INTO sensor(id, name, station, quantity, unit) VALUES(?, ?, ?, ?, ?) "
            "ON CONFLICT(id) DO UPDATE SET station = excluded.station, "
            "quantity = excluded.quantity, unit = excluded.unit")) {}

  void operator()(const DeclareChange& change) {
    states_[change.sensor].info = change.info;
    declare_.bind(std::int64_t{change.sensor.value})
        .bind(change.info.name)
        .bind(change.info.station)
        .bind(change.info.quantity)
        .bind(change.info.unit)
        .step();
    declare_.reset();
  }

  void operator()(const ReadingChange& change) {
    const Reading& reading = change.reading;
    insert_reading_.bind(std::int64_t{change.sensor.value})
        .bind(reading.time.ns)
        .bind(reading.time_error_ns)
        .bind(reading.plant_ms);
    if (reading.usable()) {
      insert_reading_.bind(reading.value).bind(reading.value_error);
    } else {
      insert_reading_.bind_null().bind_null();
    }
    insert_reading_.bind(static_cast<std::int64_t>(reading.quality)).step();
    count(change, database_.changes() > 0);
    insert_reading_.reset();
  }

  void operator()(const GapChange& change) {
    insert_gap_.bind(std::int64_t{change.sensor.value})
        .bind(change.gap.from.ns)
        .bind(change.gap.to.ns)
        .bind(change.gap.reason)
        .step();
    insert_gap_.reset();
  }

  Result<void> finish() const {
    for (const Statement* statement : {&insert_reading_, &insert_gap_, &declare_}) {
      if (auto ok = statement->finish(); !ok) return ok;
    }
    return {};
  }

 private:
  void count(const ReadingChange& change, bool inserted) {
    const auto found = states_.find(change.sensor);
    COHORT_ASSERT(found != states_.end(), "a reading's sensor has been declared before it");
    SensorState& state = found->second;
    touched_.insert(change.sensor);
    if (!inserted) {
      ++state.duplicates;
      return;
    }
    const Reading& reading = change.reading;
    ++state.readings;
    if (!reading.usable()) ++state.bad;
    state.time_error_max_ns = std::max(state.time_error_max_ns, reading.time_error_ns);
    if (!state.newest || state.newest->time < reading.time) state.newest = reading;
  }

  const Database& database_;
  SensorStates& states_;
  std::set<SensorId>& touched_;
  Statement insert_reading_;
  Statement insert_gap_;
  Statement declare_;
};

}  // namespace

SqliteWriter::SqliteWriter(Database database, SensorStates states, std::int64_t readings_kept)
    : database_(std::move(database)), states_(std::move(states)), readings_kept_(readings_kept) {}

Result<void> SqliteWriter::write(const std::vector<Change>& batch) {
  if (auto ok = database_.run("BEGIN IMMEDIATE"); !ok) return ok;
  if (auto ok = apply(batch); !ok) return ok;
  if (auto ok = store_states(); !ok) return ok;
  if (auto ok = database_.run("COMMIT"); !ok) return ok;
  while (kept() > readings_kept_) {
    if (auto ok = delete_oldest(); !ok) return ok;
  }
  return {};
}

Result<void> SqliteWriter::apply(const std::vector<Change>& batch) {
  BatchWriter writer(database_, states_, touched_);
  for (const Change& change : batch) std::visit(writer, change);
  return writer.finish();
}

Result<void> SqliteWriter::store_states() {
  Statement update = database_.prepare(
      "UPDATE sensor SET time_error_max_ns = ?, readings = ?, bad = ?, duplicates = ? "
      "WHERE id = ?");
  for (const SensorId sensor : touched_) {
    const SensorState& state = states_.at(sensor);
    update.bind(state.time_error_max_ns)
        .bind(static_cast<std::int64_t>(state.readings))
        .bind(static_cast<std::int64_t>(state.bad))
        .bind(static_cast<std::int64_t>(state.duplicates))
        .bind(std::int64_t{sensor.value})
        .step();
    update.reset();
  }
  touched_.clear();
  return update.finish();
}

std::int64_t SqliteWriter::kept() const {
  std::int64_t total = 0;
  for (const auto& [sensor, state] : states_) total += static_cast<std::int64_t>(state.readings);
  return total;
}

/// Takes from the sensor with the most readings, so that a fast one cannot push out a slow one's
/// history; a bounded number at a time, so that no transaction is long.
Result<void> SqliteWriter::delete_oldest() {
  const auto most = std::ranges::max_element(
      states_, {}, [](const auto& entry) { return entry.second.readings; });
  const std::int64_t sensor = most->first.value;
  const std::int64_t surplus = kept() - readings_kept_;
  const std::int64_t present = static_cast<std::int64_t>(most->second.readings);
  // Down to an equal share at most: the largest exceeds it, since all together exceed the limit.
  const std::int64_t share = readings_kept_ / static_cast<std::int64_t>(states_.size());
  const std::int64_t wanted = std::min({limits::kRetentionStep, surplus, present - share});

  if (auto ok = database_.run("BEGIN IMMEDIATE"); !ok) return ok;
  Statement remove = database_.prepare(
      "DELETE FROM reading WHERE sensor = ?1 AND time_ns <= "
      "(SELECT time_ns FROM reading WHERE sensor = ?1 ORDER BY time_ns LIMIT 1 OFFSET ?2)");
  remove.bind(sensor).bind(wanted - 1).step();
  if (auto ok = remove.finish(); !ok) return ok;
  // A file that holds fewer rows than its counters say must not make this loop for ever.
  const std::int64_t removed = std::clamp(database_.changes(), wanted, present);
  most->second.readings -= static_cast<std::uint64_t>(removed);
  touched_.insert(most->first);
  if (auto ok = store_states(); !ok) return ok;
  Statement forget = database_.prepare("DELETE FROM gap WHERE id <= (SELECT max(id) FROM gap) - ?");
  forget.bind(limits::kGapsKept).step();
  if (auto ok = forget.finish(); !ok) return ok;
  return database_.run("COMMIT");
}

}  // namespace cohort::sensors
