/// The store in memory: for tests and for a plant that runs inside one process.
#pragma once

#include "sensors/store.h"

namespace cohort::sensors {

/// Single-threaded. Keeps at most `kept` readings a sensor, the oldest go first.
class MemoryStore final : public Store {
 public:
  explicit MemoryStore(std::size_t kept = 1'000'000) : kept_(kept) {}

  Result<SensorId> declare(const SensorInfo& info) override;
  Result<void> append(SensorId sensor, const Reading& reading) override;
  Result<void> append_gap(SensorId sensor, const Gap& gap) override;
  Result<void> flush() override { return {}; }
  std::map<std::string, SensorId> sensors() const override { return names_; }
  SensorState state(SensorId sensor) const override;
  Result<void> visit(SensorId sensor, WallTime from, WallTime to,
                     const std::function<bool(const Reading&)>& visitor) const override;
  Result<std::vector<Gap>> gaps(SensorId sensor, WallTime from, WallTime to,
                                std::size_t limit) const override;

 private:
  struct History {
    SensorState state;
    std::map<WallTime, Reading> readings;
    std::vector<Gap> gaps;
  };
  const History& history(SensorId sensor) const;

  std::size_t kept_;
  std::map<std::string, SensorId> names_;
  std::map<SensorId, History> histories_;
};

}  // namespace cohort::sensors
