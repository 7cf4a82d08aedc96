/// Listens to one station's readings over TCP, and connects again whenever the link is lost
/// (docs/formats/equipment.md has the protocol).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "platform/config/plant_file.h"
#include "platform/net/runtime.h"
#include "stations/equipment.h"

namespace cohort::sensors {

struct FeedHandlers {
  std::function<void()> on_up;
  std::function<void(const std::string& reason)> on_down;
  std::function<void(const std::vector<stations::Reading>&)> on_readings;
};

/// Calls its handlers from the runtime's loop. A station that says something malformed is hung up
/// on, with the reason, and tried again like one that was lost.
class StationFeed {
 public:
  /// Requires: the runtime outlives the feed; station.address is an IP literal.
  StationFeed(net::Runtime& runtime, config::Station station, FeedHandlers handlers);
  ~StationFeed();
  StationFeed(const StationFeed&) = delete;
  StationFeed& operator=(const StationFeed&) = delete;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace cohort::sensors
