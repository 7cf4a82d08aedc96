/// What a seed decides of a run before it starts. Each kind of fault is absent from half of the
/// runs, so that most runs stress two or three of them hard ("swarm").
#pragma once

#include <cstdint>
#include <string>

#include "platform/base/ids.h"
#include "platform/base/time.h"
#include "platform/core/flow_limits.h"

namespace cohort::sim {

struct NetworkOptions {
  Duration base{0};     ///< each frame's least delay
  Duration jitter{0};   ///< mean of what is added
  double tail = 0.001;  ///< share of frames that take a hundred times longer
  double loss = 0;      ///< share of frames that wait for a retransmission
};

/// Mean times between faults of a kind over the whole plant; 0: never.
struct FaultOptions {
  Duration site_crash{0};
  Duration process_crash{0};
  Duration link_reset{0};
  Duration partition{0};
  Duration clog{0};            ///< one direction of one pair delivers nothing for a while
  Duration pause{0};           ///< a daemon is stopped and continued
  Duration half_open{0};       ///< one end of a pair's connections is gone, the other is not told
  Duration split{0};           ///< partitions that need not leave anybody a quorum
  Duration flap{0};            ///< a link is there and away again
  Duration slow_link{0};       ///< some kilobytes a second
  Duration disk{0};            ///< stalled, slow, full, failing
  Duration clock{0};           ///< drifts
  Duration processor{0};       ///< every input takes its time
  Duration client{0};          ///< processes that read nothing, or speak garbage
  Duration total_failure{0};   ///< every site crashes within moments
  bool trigger = false;        ///< crash where a rare path is reached
  bool quorum_too = false;     ///< the plant may lose its quorum for a while
  bool lose_for_good = false;  ///< a minority stays broken when the faults end
};

struct Options {
  std::uint64_t seed = 0;
  std::uint32_t sites = 3;
  bool witness = false;  ///< the last of the sites votes and hosts no processes
  std::uint32_t clients_per_site = 2;
  std::uint32_t groups = 2;
  double tool_share = 0;     ///< of the clients, those that run the client library and the tools
  Duration fault_phase{0};   ///< how long faults and work go on
  Duration work_period{0};   ///< mean time between two actions of one client
  Duration client_delay{0};  ///< mean delay of a record between client and daemon
  std::uint32_t payload_max = 64;
  Duration reader_pause{0};  ///< mean time for which a client takes no deliveries, now and then
  bool huge = false;         ///< tool workers send messages of up to 16 MiB now and then
  core::FlowLimits flow;
  NetworkOptions network;
  bool buggify = false;  ///< slow and rare ways on purpose (base/instrument.h)
  FaultOptions faults;
};

inline bool is_witness(const Options& options, SiteId site) {
  return options.witness && site.value == options.sites;
}

/// The options of a seed. Profiles: "swarm" (all kinds), "calm" (no faults), "views" (site crashes
/// and triggers only), "tools" (most clients run the tools), "storm" (all
/// kinds, often), "total" (now and then every site crashes), "quorum" (swarm, where the plant may
/// lose its quorum for a while), "flow" (large messages, small windows, clients that do not read).
Options options_of(std::uint64_t seed, const std::string& profile);

}  // namespace cohort::sim
