/// What a multicast costs as the plant grows, in messages and bytes between sites, in virtual time.
#pragma once

#include <cstdint>

namespace CLI {
class App;
}

namespace cohort::bench {

struct ScaleOptions {
  std::uint16_t most_sites = 64;
  std::uint32_t most_groups = 1000;
  std::size_t size = 100;
  std::uint64_t rate = 1000;  ///< multicasts a second of virtual time, all by one member
  bool json = false;
};

void add_scale_options(CLI::App& command, ScaleOptions& options);
/// Plants joined by bridges: the same group in each, every multicast passed on to the others.
/// Prints what one costs, for 64 sites in one plant and in several, and beyond. Returns an exit
/// code.
int run_clusters(const ScaleOptions& options);

/// Prints the curves over the number of sites and over the number of groups, and then the
/// clusters. Returns an exit code.
int run_scale(const ScaleOptions& options);

}  // namespace cohort::bench
