/// The store in one SQLite file (docs/formats/sensor-store.md), written by a thread of its own so
/// that a slow disk never delays whoever receives readings.
#pragma once

#include <filesystem>
#include <memory>

#include "sensors/store.h"

namespace cohort::sensors {

struct SqliteOptions {
  std::filesystem::path path;
  std::int64_t readings_kept = 0;  ///< 0: limits::kReadingsKept; the oldest are deleted in steps
};

/// To be called from one thread. What append() was given is readable after a tenth of a second, or
/// after flush(). Once the disk has failed every call returns kIo: stop and start again.
class SqliteStore final : public Store {
 public:
  /// Opens the file, creating it where absent. Errors: kIo, kCorrupt (no sensor store), kVersion.
  static Result<std::unique_ptr<SqliteStore>> open(const SqliteOptions& options);
  /// Writes what is queued and closes the file.
  ~SqliteStore() override;

  Result<SensorId> declare(const SensorInfo& info) override;
  Result<void> append(SensorId sensor, const Reading& reading) override;
  Result<void> append_gap(SensorId sensor, const Gap& gap) override;
  Result<void> flush() override;
  std::map<std::string, SensorId> sensors() const override;
  SensorState state(SensorId sensor) const override;
  Result<void> visit(SensorId sensor, WallTime from, WallTime to,
                     const std::function<bool(const Reading&)>& visitor) const override;
  Result<std::vector<Gap>> gaps(SensorId sensor, WallTime from, WallTime to,
                                std::size_t limit) const override;

 private:
  struct Parts;
  explicit SqliteStore(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace cohort::sensors
