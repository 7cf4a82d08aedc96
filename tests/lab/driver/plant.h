/// A plant of real processes in namespaces of its own: for each site one daemon and one client.
///
/// A step that fails is remembered, and every later step does nothing: a scenario is written as a
/// plain list of steps and judged by failure(). Waiting steps keep the plant going: a client that
/// ended with its daemon is replaced, and an end that nobody ordered is a failure.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "lab/driver/child.h"
#include "lab/driver/client_status.h"
#include "lab/driver/network.h"

namespace cohort::lab {

using Sites = std::vector<std::size_t>;

struct PlantOptions {
  std::filesystem::path programs{};   ///< where cohortd and the others are
  std::filesystem::path directory{};  ///< of this run; made anew
  std::size_t sites = 3;
  bool through_proxy = false;        ///< all connections between sites pass the fault proxy
  std::size_t small_disk_site = 0;   ///< this site's storage is on a small file system of its own
  std::size_t false_clock_site = 0;  ///< this site's processes have a wall clock that can be moved
  std::uint32_t rate = 40;           ///< operations a second at each client
  std::size_t ballast = 100'000;     ///< bytes of the replicated state
  std::uint64_t seed = 1;
};

class Plant {
 public:
  explicit Plant(PlantOptions options);
  ~Plant();
  Plant(const Plant&) = delete;
  Plant& operator=(const Plant&) = delete;

  // ---- steps
  /// Makes network, files and proxy; starts nothing.
  void set_up();
  void start_daemon(std::size_t site);
  void start_daemons(const Sites& sites);
  /// SIGKILL to the daemon; its client ends by itself and is replaced once the daemon is back.
  void kill_daemon(std::size_t site);
  /// SIGKILL to daemon and client at once, as when the host loses its power.
  void kill_site(std::size_t site);
  void kill_client(std::size_t site);
  /// SIGTERM, and waits for the orderly end.
  void leave(std::size_t site);
  void signal_daemon(std::size_t site, int number);
  void signal_client(std::size_t site, int number);
  void load(bool on);
  void pause(std::chrono::milliseconds time);
  /// Waits, a minute at most; what is awaited is part of the failure's text.
  void until(const std::string& what, const std::function<bool()>& so,
             std::chrono::seconds patience = std::chrono::seconds(60));
  /// These sites' clients see a view of so many sites, are served and are in the group.
  void until_view(const Sites& sites, std::size_t members);
  void until_not_serving(const Sites& sites);
  /// Each of these clients has applied `changes` more changes.
  void until_progress(const Sites& sites, std::uint64_t changes = 10);
  /// One command to the fault proxy.
  void proxy(const std::string& command);
  /// Does it, unless something has failed.
  void step(const std::string& what, const std::function<Result<void>()>& action);
  void fail(const std::string& why);
  void require(bool so, const std::string& why);
  /// A figure or fact for the report.
  void note(const std::string& text);

  // ---- what there is
  const std::string& failure() const { return failure_; }
  bool failed() const { return !failure_.empty(); }
  const std::vector<std::string>& notes() const { return notes_; }
  const PlantOptions& options() const { return options_; }
  Network& network() { return network_; }
  Sites all() const;
  Sites but(const Sites& without) const;
  /// The last word of the site's client; an empty one where it has none.
  const ClientStatus& status(std::size_t site) const;
  pid_t daemon_pid(std::size_t site) const;
  bool daemon_runs(std::size_t site) const;
  std::uint64_t proxy_count(const std::string& name);
  std::filesystem::path site_directory(std::size_t site) const;
  std::filesystem::path file(const std::string& name) const { return options_.directory / name; }
  std::vector<std::filesystem::path> histories() const;
  /// A step of a scenario may end a daemon by itself: no failure then.
  void expect_daemon_end(std::size_t site) { at(site).end_expected = true; }

  // ---- for the end of a scenario (audit.h)
  void stop_supervision() { supervising_ = false; }
  void stop_all();

 private:
  struct Site {
    std::unique_ptr<Child> daemon;
    std::unique_ptr<Child> client;
    ClientStatus status;
    bool end_expected = false;  ///< of the daemon
    bool client_end_expected = false;
    std::chrono::steady_clock::time_point next_client{};
  };
  Site& at(std::size_t site) { return sites_.at(site - 1); }
  const Site& at(std::size_t site) const { return sites_.at(site - 1); }
  Result<void> write_plant_file() const;
  Result<void> mount_small_disk(std::size_t site) const;
  Result<void> start_proxy();
  std::vector<std::string> clock_settings(std::size_t site) const;
  void start_client(std::size_t site);
  void pump();
  void watch(std::size_t site);

  PlantOptions options_;
  Network network_;
  std::vector<Site> sites_;
  std::unique_ptr<Child> proxy_;
  std::string failure_;
  std::vector<std::string> notes_;
  bool loading_ = false;
  bool supervising_ = true;
};

}  // namespace cohort::lab
