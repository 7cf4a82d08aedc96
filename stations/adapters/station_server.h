/// A simulated station on a TCP port: the machine, its memory on disk, its sensors, its clients.
///
/// A client that says something wrong is told the reason and closed; nothing else is touched.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "platform/base/result.h"
#include "platform/net/runtime.h"
#include "stations/adapters/line_connection.h"
#include "stations/adapters/memory_file.h"
#include "stations/machine.h"
#include "stations/plant_clock.h"
#include "stations/protocol.h"

namespace cohort::stations {

struct ServerOptions {
  StationSpec station;
  std::string address;     ///< an IPv4 or IPv6 literal
  std::uint16_t port = 0;  ///< 0: any free one (see StationServer::port)
  std::filesystem::path memory;
  double clock_factor = 1;
  std::uint64_t seed = 0;  ///< of the sensors' noise
  Duration readings_period = millis(250);
  std::function<void(std::string text)> log;           ///< one line a notable event
  std::function<void(const Error& error)> on_failure;  ///< the station cannot go on
};

/// Single-threaded, on the runtime's loop.
class StationServer {
 public:
  /// Restores the memory and listens. Errors: kIo (address in use, file), kCorrupt (memory).
  static Result<std::unique_ptr<StationServer>> open(net::Runtime& runtime, ServerOptions options);
  ~StationServer();
  StationServer(const StationServer&) = delete;
  StationServer& operator=(const StationServer&) = delete;

  std::uint16_t port() const;
  const Machine& machine() const { return *machine_; }
  const PlantClock& clock() const { return clock_; }

 private:
  struct Client {
    std::shared_ptr<LineConnection> connection;
    bool events = false;
    bool readings = false;
  };

  StationServer(net::Runtime& runtime, ServerOptions options, std::unique_ptr<Machine> machine,
                MemoryFile memory);
  Result<void> start_clock();
  Result<void> listen();
  void accept();
  void on_connection(boost::asio::ip::tcp::socket socket);
  void on_line(std::uint64_t client, const std::string& line);
  void handle(std::uint64_t client, const protocol::StartRequest& request);
  void handle(std::uint64_t client, const protocol::QueryRequest& request);
  void handle(std::uint64_t client, const protocol::SubscribeRequest& request);
  void refuse(std::uint64_t client, const std::string& reason);
  bool keep(const StartReply& reply, const std::string& key);
  void advance();
  void publish(const EquipmentEvent& event);
  void publish_readings();
  WallTime clock_wall() const;
  PlantTime now() const;
  void log(std::string text) const;

  ServerOptions options_;
  std::unique_ptr<Machine> machine_;
  MemoryFile memory_;
  PlantClock clock_;
  MonotonicTime clock_started_{};  ///< the moment of clock_'s wall start
  boost::asio::ip::tcp::acceptor acceptor_;
  net::Alarm completion_;
  net::Alarm readings_;
  std::map<std::uint64_t, Client> clients_;
  std::uint64_t last_client_ = 0;
};

}  // namespace cohort::stations
