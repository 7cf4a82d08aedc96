/// Brings every station's readings into the store.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "platform/client/adapters/host.h"
#include "sensors/app/station_feed.h"
#include "sensors/intake.h"

namespace cohort::sensors {

class Collector {
 public:
  /// `on_broken` is called once when the store can no longer be written.
  /// Requires: host and intake outlive the collector.
  Collector(client::Host& host, Intake& intake, std::function<void(const Error&)> on_broken);

  /// Connects to every station of the plant file that has sensors.
  void start();

 private:
  void take(const stations::Reading& reading);
  void refused(const Error& error);

  client::Host& host_;
  Intake& intake_;
  std::function<void(const Error&)> on_broken_;
  std::vector<std::unique_ptr<StationFeed>> feeds_;
  bool broken_ = false;
};

}  // namespace cohort::sensors
