/// Everything that a run shares: time, network, sites, records, counts, and the digest of all of
/// it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "platform/sim/action.h"
#include "platform/sim/digest.h"
#include "platform/sim/durable_watch.h"
#include "platform/sim/event_queue.h"
#include "platform/sim/history_tap.h"
#include "platform/sim/lease_watch.h"
#include "platform/sim/network.h"
#include "platform/sim/options.h"
#include "platform/sim/phases.h"
#include "platform/sim/site.h"

namespace cohort::sim {

/// What happened in a run, for the report.
struct Counts {
  std::uint64_t site_crashes = 0;
  std::uint64_t process_crashes = 0;
  std::uint64_t fail_stops = 0;
  std::uint64_t triggers = 0;
  std::uint64_t partitions = 0;
  std::uint64_t clogs = 0;
  std::uint64_t pauses = 0;
  std::uint64_t disk_faults = 0;
  std::uint64_t clock_faults = 0;
  std::uint64_t client_faults = 0;
};

/// What was done to a plant, and when: a run written down.
struct JournalEntry {
  Duration at{0};
  Action action;
};

class World {
 public:
  explicit World(Options options);
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  const Options& options() const { return options_; }
  EventQueue& queue() { return queue_; }
  Network& network() { return network_; }
  Digest& digest() { return digest_; }
  Recorder& recorder() { return recorder_; }
  Counts& counts() { return counts_; }
  Phases& phases() { return phases_; }
  LeaseWatch& lease_watch() { return lease_watch_; }
  DurableWatch& durable_watch() { return durable_watch_; }
  /// A site tells its client that this update is durable.
  void on_durable(const wire::MessageId& id);
  Site& site(SiteId id) { return *sites_.at(id); }
  const Site& site(SiteId id) const { return *sites_.at(id); }
  const std::map<SiteId, std::unique_ptr<Site>>& sites() const { return sites_; }

  /// The next crash where a rare path is reached: the first site whose step hits `probe` for the
  /// `nth` time from now on dies among that step's effects.
  void arm(std::string probe, std::uint64_t nth);
  void disarm() { armed_probe_.clear(); }

  /// Notes what is done; only where keep_journal was called.
  void journal(const Action& action) { journal_at(queue_.now(), action); }
  void journal_at(Duration at, const Action& action) {
    if (journal_) journal_->push_back({at, action});
    if (journal_ && journal_sink) journal_sink(journal_->back());
  }
  void keep_journal() { journal_.emplace(); }
  bool keeps_journal() const { return journal_.has_value(); }
  std::vector<JournalEntry> take_journal() { return std::exchange(journal_, std::nullopt).value(); }
  /// The next event; false where there is none. Keeps the trail.
  bool step();
  /// The digest after each event: to find where two runs of one seed part.
  struct Mark {
    Duration at{0};
    std::uint64_t digest = 0;
  };
  void keep_trail() { trail_.emplace(); }
  std::vector<Mark> take_trail() { return std::exchange(trail_, std::nullopt).value(); }
  /// Processes by the names that journals and scripts give them.
  std::map<ProcessId, std::string>& process_names() { return process_names_; }

  // ---- for the sites
  bool trigger_reached(SiteId site) const;
  /// The same for a client process, which the plant can always spare.
  bool trigger_reached() const;
  void on_trigger_fired(SiteId site);
  void on_site_started(SiteId site);
  void on_site_crash(SiteId site, const std::string& why);
  void on_fail_stop(SiteId site, const std::string& reason);
  void on_trace(const std::string& line);
  /// For a while nothing has kept the site from hearing each other one: no link towards it was cut,
  /// held or slow, no other site paused, slow or just dead.
  bool hears_all(SiteId site);
  void on_beyond_bounds(SiteId site, const std::string& what);
  /// The first that was beyond its bounds (promise F1); empty: none.
  const std::string& beyond_bounds() const { return beyond_bounds_; }
  /// N1: the sites never know two different records of one version.
  void on_plant_record(std::uint64_t version, const std::vector<wire::Host>& hosts);

  /// Set by the workload and by `replay --trace`.
  std::function<void(SiteId)> site_started;
  /// Set by the nemesis: whether the plant can spare the site now.
  std::function<bool(SiteId)> may_crash;
  /// Set by the nemesis: does something else than a crash where a rare path is reached; false: it
  /// leaves it at the crash.
  std::function<bool(SiteId, std::uint64_t decision)> other_act;
  std::function<void(const std::string&)> trace_sink;
  /// Is given each entry of the journal at once: what is left of a run that an assertion ends.
  std::function<void(const JournalEntry&)> journal_sink;
  /// Sees each step of each daemon between the step and its first effect (scenario triggers).
  std::function<void(SiteId, const core::Input&, const core::Effects&)> on_step;

 private:
  Options options_;
  EventQueue queue_;
  Digest digest_;
  Recorder recorder_;
  Counts counts_;
  Phases phases_;
  LeaseWatch lease_watch_;
  DurableWatch durable_watch_;
  Network network_;
  std::map<SiteId, std::unique_ptr<Site>> sites_;
  std::string beyond_bounds_;
  std::map<SiteId, Duration> unheard_at_;  ///< when last the site did not hear some other
  std::map<std::uint64_t, std::vector<wire::Host>> plant_records_;  ///< by version
  std::string armed_probe_;
  std::uint64_t armed_at_ = 0;
  std::optional<std::vector<JournalEntry>> journal_;
  std::optional<std::vector<Mark>> trail_;
  std::map<ProcessId, std::string> process_names_;
};

}  // namespace cohort::sim
