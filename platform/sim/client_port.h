/// A simulated process's connection to its daemon: in order both ways, each record after a delay of
/// its own, and gone when either side dies.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "platform/core/input.h"
#include "platform/sim/action.h"
#include "platform/sim/history_tap.h"
#include "platform/wire/client_link.h"
#include "platform/wire/parts.h"

namespace cohort::sim {

class World;

class ClientPort final : public wire::ClientLink, public std::enable_shared_from_this<ClientPort> {
 public:
  /// Requires: the site's daemon is up (Site::connect makes ports).
  /// `lease`: what the daemon has told of its lease, on the world's clock.
  ClientPort(World& world, SiteId site, std::uint64_t life, core::ClientHandle handle,
             std::shared_ptr<const Duration> lease);

  void send(Bytes record) override;
  MonotonicTime now() const override;
  MonotonicTime lease_until() const override;
  /// The process is killed: nothing reaches it any more; the daemon learns a little later.
  void die();
  /// The run is over with this process alive.
  void run_over();
  void note(wire::HistoryRecord record);
  /// The process reads nothing any more, until it reads again: then all that has come.
  void hang();
  void go_on();
  /// Does what is_misbehaviour() names.
  void misbehave(const Action& action);

  // ---- for the site
  void from_daemon(Bytes record);
  /// The daemon dies; what it told of its lease stands.
  void closed_by_daemon(std::string reason);
  /// The daemon ends this session: nothing that is unread may be acted upon.
  void ended_by_daemon(std::string reason);
  /// The host has no power: the process ends with its daemon.
  void host_died();
  /// Hangs for that time: for instance the daemon dies just when the process has no turn.
  void hang_for(Duration time);

  ProcessId process() const { return tap_.process(); }
  SiteId site() const { return site_; }
  bool open() const { return open_; }
  /// As a stopped process: it has read nothing since, and does nothing.
  bool hung() const { return hung_; }
  std::function<void()> on_go_on;

 private:
  Duration next_arrival(Duration& last, std::uint64_t number, std::uint64_t direction);
  void tell_daemon_gone();
  void hand_up(Bytes record);
  void session_over();

  World& world_;
  SiteId site_;
  std::uint64_t life_;  ///< of the daemon: a later one knows nothing of this port
  core::ClientHandle handle_;
  std::shared_ptr<const Duration> lease_;
  HistoryTap tap_;
  wire::DeliveryAssembler assembler_;
  bool open_ = true;
  bool ended_ = false;  ///< the daemon has ended this session: its lease too
  bool hung_ = false;
  std::vector<Bytes> unread_;
  std::optional<std::string>
      why_closed_;         ///< the connection has ended; what is unread comes before
  Duration to_daemon_{0};  ///< when the last record towards the daemon arrives
  Duration to_client_{0};
  std::uint64_t sent_ = 0;
  std::uint64_t received_ = 0;
};

}  // namespace cohort::sim
