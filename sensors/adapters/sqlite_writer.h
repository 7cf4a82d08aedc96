/// Applies one batch of changes to the sensor store in one transaction, and keeps it within its
/// size. Private to this folder; used by the writing thread only.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <variant>
#include <vector>

#include "sensors/adapters/database.h"
#include "sensors/store.h"

namespace cohort::sensors {

struct DeclareChange {
  SensorId sensor;
  SensorInfo info;
};
struct ReadingChange {
  SensorId sensor;
  Reading reading;
};
struct GapChange {
  SensorId sensor;
  Gap gap;
};
using Change = std::variant<DeclareChange, ReadingChange, GapChange>;

/// States of all sensors after the last batch.
using SensorStates = std::map<SensorId, SensorState>;

class SqliteWriter {
 public:
  SqliteWriter(Database database, SensorStates states, std::int64_t readings_kept);

  /// All or nothing. Errors: kIo, kCorrupt; then the writer must not be used again.
  Result<void> write(const std::vector<Change>& batch);
  const SensorStates& states() const { return states_; }

 private:
  Result<void> apply(const std::vector<Change>& batch);
  Result<void> store_states();
  Result<void> delete_oldest();
  std::int64_t kept() const;

  Database database_;
  SensorStates states_;
  std::int64_t readings_kept_;
  std::set<SensorId> touched_;  ///< sensors whose row differs from states_
};

}  // namespace cohort::sensors
