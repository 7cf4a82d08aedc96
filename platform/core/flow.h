/// What holds this site's senders back: bytes on their way to a site that it has not acknowledged,
/// and clients anywhere in the plant that do not take what is delivered to them.
///
/// Both are levels, not counts of credits handed to and fro, so that nothing can leak at a change
/// of view: a site's Status says which of its clients are slow now, in the same record as what it
/// has received. So whoever learns that a message was received learns too whether it made its
/// receiver slow, and each origin exceeds the high water by one window at most (H15). Source:
/// platform rulings 6 and 10; E3 i, E15, E22; docs/protocol/flow.md.
#pragma once

#include <set>
#include <vector>

#include "platform/core/context.h"
#include "platform/core/flow_limits.h"
#include "platform/core/sessions.h"

namespace cohort::core {

class StateDigest;

class Flow {
 public:
  Flow(const Context& context, const Sessions& sessions, FlowLimits limits)
      : context_(context), sessions_(sessions), limits_(limits) {}

  const FlowLimits& limits() const { return limits_; }
  /// Levels of sites that stay are kept until their first Status of the view.
  void install(const std::vector<SiteLife>& members, std::size_t rank);

  // ---- slow clients
  /// `sent_ns`: the Status's; an older one than the newest heard changes nothing.
  void on_slow(SiteLife site, std::int64_t sent_ns, const std::vector<ProcessId>& slow);
  void set_own_slow(std::vector<ProcessId> slow);
  const std::vector<ProcessId>& own_slow() const { return own_slow_; }
  bool any_slow() const { return !slow_.empty(); }
  bool slow(ProcessId process) const { return slow_.contains(process); }

  // ---- bytes on their way
  /// Once a step, before congested() is asked.
  void measure();
  /// Too much is on its way to one of the sites.
  bool congested(wire::SiteSet sites) const { return (sites & congested_) != 0; }
  /// Whether one more fragment may leave for the site now.
  bool open_towards(std::size_t rank) const;
  /// What may be unacknowledged by the site.
  std::size_t allowed(std::size_t rank) const { return links_[rank].allowed; }

  /// What this one holds that decides what it will do (state_digest.h).
  void add_to(StateDigest& digest) const;

 private:
  struct Link {
    std::uint64_t acked = 0;   ///< the session's count at the last measuring
    std::size_t present = 0;   ///< acknowledged in the running 100 ms
    std::size_t previous = 0;  ///< in the 100 ms before
    MonotonicTime since{};
    std::size_t allowed = 0;
  };
  struct Told {
    SiteLife site;
    std::int64_t sent_ns = 0;
    std::vector<ProcessId> slow;
  };
  void measure(std::size_t rank);
  void collect_slow();

  const Context& context_;
  const Sessions& sessions_;
  FlowLimits limits_;
  std::vector<SiteLife> members_;
  std::size_t rank_ = 0;
  std::vector<Link> links_;
  wire::SiteSet congested_ = 0;
  std::vector<Told> told_;
  std::vector<ProcessId> own_slow_;
  std::set<ProcessId> slow_;  ///< of all sites
};

}  // namespace cohort::core
