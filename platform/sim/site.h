/// One host of the simulated plant: its daemon's lives, its log, its clock, its clients'
/// connections.
///
/// A life may end between any two effects of one step, as a real daemon does when it is killed.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "platform/core/protocols_process.h"
#include "platform/sim/client_port.h"
#include "platform/sim/clock.h"
#include "platform/sim/disk.h"
#include "platform/sim/network.h"

namespace cohort::sim {

class World;

class Site {
 public:
  Site(World& world, SiteId id);

  /// A new life with the log of the earlier ones; where the disk takes no incarnation, it is tried
  /// again a little later.
  void start();
  /// The life ends now; the next one starts after the delay (0: when it is told to).
  void crash(Death how, Duration restart_after, const std::string& why);
  /// The life ends just before its n-th effect from now (0: the next), as `crash` does.
  void crash_after_effects(std::uint64_t count, Death how, Duration restart_after);
  /// The daemon stops for the time (0: until it is resumed): inputs wait, its clock does not.
  void pause(Duration duration);
  void resume();
  /// A rare path was reached here: what the nemesis has chosen for that happens, else a crash among
  /// this many effects.
  void die_of_trigger(std::size_t effects);
  /// An orderly leave; the daemon does not start again by itself.
  void leave() { input(core::Leave{}); }
  void set_disk(Disk::Mode mode, Duration latency);
  Clock& clock() { return clock_; }
  /// What one input takes; 0: nothing.
  void set_service_time(Duration time) { intake_.service = time; }

  /// Null while the daemon is down.
  std::shared_ptr<ClientPort> connect();

  void input(core::Input input);
  /// Dropped where the daemon's life is no longer that one.
  void client_input(std::uint64_t life, core::Input input);

  SiteId id() const { return id_; }
  bool up() const { return core_ != nullptr; }
  bool paused() const { return intake_.paused; }
  /// It answers late, or not at all.
  bool slow() const { return intake_.paused || intake_.service > Duration{0}; }
  SiteLife life() const { return {id_, Incarnation{incarnation_}}; }
  /// What lies on its disk for groups that are logged.
  const GroupLogs& group_logs() const { return disk_.logs(); }
  /// The records of site views, as they lie on the disk.
  const std::vector<Bytes>& view_log() const { return disk_.records(); }
  /// Inputs of all lives.
  std::uint64_t steps() const { return diary_.steps; }
  /// Lives that ended by a fail-stop, an orderly leave not counted.
  std::uint64_t fail_stops() const { return diary_.fail_stops; }
  /// The last protocol events, oldest first, for a failed run's report.
  const std::deque<std::string>& traces() const { return diary_.traces; }

 private:
  struct Doom {
    std::uint64_t effects = 0;
    Death how = Death::kProcess;
    Duration restart_after{0};
  };
  /// What has come and waits: while the daemon is stopped, or slow.
  struct Intake {
    bool paused = false;
    bool elsewhere = false;  ///< for a moment: what comes is found together afterwards
    std::vector<core::Input> backlog;
    Duration service{0};
    Duration busy_until{0};
  };
  struct Diary {
    std::uint64_t steps = 0;
    std::uint64_t fail_stops = 0;
    std::deque<std::string> traces;
  };

  MonotonicTime local_now() const;
  Duration world_time(MonotonicTime local) const;
  void step(std::span<const core::Input> inputs);
  void take_backlog();
  void maybe_look_elsewhere();
  void execute(core::Effects effects);
  void carry_out(core::Effect effect);
  void write_store(Disk::Write write, std::uint64_t token);
  void finish_write();
  void input_slowly(core::Input input);
  void plan_tick();
  void fail_stop(const core::FailStop& stop);
  void end_clients(Death how);
  void trace(const std::string& text);

  World& world_;
  SiteId id_;
  std::uint16_t incarnation_ = 0;
  std::unique_ptr<core::ProtocolsProcess> core_;
  Disk disk_;
  Clock clock_;
  std::map<core::ClientHandle, std::shared_ptr<ClientPort>> clients_;
  std::uint64_t next_handle_ = 1;
  std::shared_ptr<Duration> lease_;  ///< as told to the clients, on the world's clock
  std::optional<Doom> doom_;
  Intake intake_;
  Duration tick_at_{Duration::max()};
  Diary diary_;
};

}  // namespace cohort::sim
