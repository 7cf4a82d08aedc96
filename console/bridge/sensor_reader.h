/// Reads the sensor store: the catalogue, the last hour, then what comes, raw and with errors.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "console/models/plant_event.h"
#include "platform/client/adapters/host.h"
#include "sensors/protocol.h"

namespace cohort::console {

class SensorReader {
 public:
  SensorReader(client::Host& host, std::function<void(PlantEvent)> tell)
      : host_(host), tell_(std::move(tell)) {}

  /// Reads until the host stops; waits where no sensor store runs.
  task::Task<void> run();

 private:
  task::Task<bool> readCatalogue();
  /// Returns true where more is waiting than one answer holds.
  task::Task<bool> readOn();
  task::Task<Result<client::Message>> ask(std::uint8_t entry, client::Message question);
  void take(const sensors::IntervalAnswer& answer, WallTime asked);

  client::Host& host_;
  std::function<void(PlantEvent)> tell_;
  std::vector<std::string> names_;
  WallTime from_;  ///< everything before has been read
};

}  // namespace cohort::console
