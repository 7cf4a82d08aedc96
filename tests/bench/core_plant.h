/// Protocols processes of a few sites joined in memory under virtual time, with counters: what the
/// protocols cost, without sockets, disks and client processes.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "platform/core/protocols_process.h"
#include "platform/wire/client_protocol.h"

namespace cohort::bench {

class CorePlant {
 public:
  struct Counters {
    std::uint64_t frames = 0;  ///< between sites
    std::uint64_t frame_bytes = 0;
    std::uint64_t records = 0;  ///< to clients
    std::uint64_t deliveries = 0;
    std::uint64_t steps = 0;
  };

  /// Starts all sites; returns once they are in one view. Frames take `hop` from site to site.
  CorePlant(std::uint16_t sites, Duration hop);

  /// Opens a client at the site and says hello.
  core::ClientHandle open_client(std::uint16_t site);
  void ask(std::uint16_t site, core::ClientHandle client, const wire::ClientRequest& request);
  /// The client joins the group, creating it where absent; returns its number.
  GroupId join(std::uint16_t site, core::ClientHandle client, const std::string& group);

  /// Lets virtual time pass.
  void run_for(Duration duration) { run_until(now_ + duration); }
  void run_until(MonotonicTime time);
  /// Lets it pass until so many deliveries have been made in all. False: not within `patience`.
  bool run_until_delivered(std::uint64_t deliveries, Duration patience);

  /// Called for each delivery at this client, with the time; one only.
  void watch_deliveries(core::ClientHandle client,
                        std::function<void(const wire::Deliver&)> on_delivery) {
    watched_ = client;
    on_delivery_ = std::move(on_delivery);
  }
  /// When the last delivery was made, at whatever site.
  MonotonicTime last_delivery() const { return last_delivery_; }

  const Counters& counters() const { return counters_; }
  MonotonicTime now() const { return now_; }
  std::size_t sites() const { return sites_.size(); }
  /// How many sites the last view of site 1 has.
  std::size_t view_size() const { return view_size_; }

 private:
  struct Site {
    std::unique_ptr<core::ProtocolsProcess> core;
    std::vector<core::Input> asked;  ///< by clients at this moment: one step, as in the daemon
    MonotonicTime deadline{};
  };
  struct Flight {
    MonotonicTime at;
    std::uint16_t to = 0;
    core::Input input;
  };

  void give(std::uint16_t site, const core::Input& input) { give(site, std::span(&input, 1)); }
  void give(std::uint16_t site, std::span<const core::Input> inputs);
  void carry_out(std::uint16_t site, core::Effect& effect);
  void consume(std::uint16_t number, core::ClientHandle client, ByteView record);
  void take_delivery(core::ClientHandle client, ByteView record);
  void take_record(core::ClientHandle client, ByteView record);
  MonotonicTime next_event() const;
  void advance();

  Duration hop_;
  std::map<std::uint16_t, Site> sites_;
  std::deque<Flight> flights_;               ///< by time: all hops are equally long
  std::map<std::uint64_t, GroupId> joined_;  ///< by token
  Counters counters_;
  MonotonicTime now_{seconds(1)};
  std::uint64_t next_client_ = 1;
  std::uint64_t next_token_ = 1;
  std::size_t view_size_ = 0;
  core::ClientHandle watched_;
  std::map<core::ClientHandle, std::size_t> unconsumed_;
  std::function<void(const wire::Deliver&)> on_delivery_;
  MonotonicTime last_delivery_{};
};

}  // namespace cohort::bench
