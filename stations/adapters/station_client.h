/// A station over TCP, as services and the sensor store see it: the Equipment interface, readings,
/// and a link that is made again whenever it breaks.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "platform/net/runtime.h"
#include "stations/equipment.h"

namespace cohort::stations {

struct ClientOptions {
  StationSpec station;  ///< what must answer there; another station is not talked to
  std::string address;  ///< an IPv4 or IPv6 literal
  std::uint16_t port = 0;
  Duration call_timeout = seconds(5);
  Duration dial_timeout = seconds(2);
  Duration retry_least = millis(50);  ///< doubled at each failure up to retry_most
  Duration retry_most = seconds(1);
};

/// Single-threaded, on the runtime's loop. Dropping it ends it without any further callback.
class StationClient final : public Equipment {
 public:
  /// Begins to connect at once; never gives up.
  StationClient(net::Runtime& runtime, ClientOptions options);
  ~StationClient() override;
  StationClient(const StationClient&) = delete;
  StationClient& operator=(const StationClient&) = delete;

  void start(const Job& job, std::function<void(Result<StartReply>)> done) override;
  void query(const std::string& key, std::function<void(Result<JobStatus>)> done) override;
  std::uint64_t await_completion(const std::string& key,
                                 std::function<void(JobStatus)> done) override;
  void stop_waiting(std::uint64_t id) override;
  std::uint64_t subscribe(std::function<void(const EquipmentEvent&)> on_event) override;
  void unsubscribe(std::uint64_t id) override;

  /// From now on the station sends its readings; called with those of one moment.
  void on_readings(std::function<void(const std::vector<Reading>&)> handler);
  /// Called when the link is made (true) and when it is lost or cannot be made (false, with the
  /// reason; once for each change).
  void on_link(std::function<void(bool up, const std::string& reason)> handler);
  bool is_up() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace cohort::stations
