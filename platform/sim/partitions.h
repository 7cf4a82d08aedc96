/// Which directions are cut in the partitions that have names (Jepsen's, and one-way ones).
#pragma once

#include <cstdint>
#include <vector>

#include "platform/sim/action.h"

namespace cohort::sim {

/// Every pair of sites of two different parts, both ways.
std::vector<Direction> cut_apart(const std::vector<std::vector<SiteId>>& parts);
/// Only towards the sites of `inside`, or only from them.
std::vector<Direction> cut_one_way(const std::vector<SiteId>& inside,
                                   const std::vector<SiteId>& outside, bool towards_inside);
/// Each site keeps its neighbours on a ring: all see a majority, no two the same one.
std::vector<Direction> majorities_ring(std::uint32_t sites);
/// Two halves; one site in the middle hears both.
std::vector<Direction> bridge(std::uint32_t sites, SiteId middle);

}  // namespace cohort::sim
