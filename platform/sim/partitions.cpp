#include "platform/sim/partitions.h"

#include <algorithm>

namespace cohort::sim {

namespace {

void cut_pair(SiteId a, SiteId b, std::vector<Direction>& cuts) {
  cuts.push_back({a, b});
  cuts.push_back({b, a});
}

SiteId site_of(std::uint32_t index) {
  return SiteId{static_cast<std::uint16_t>(index + 1)};
}

}  // namespace

std::vector<Direction> cut_apart(const std::vector<std::vector<SiteId>>& parts) {
  std::vector<Direction> cuts;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    for (std::size_t j = i + 1; j < parts.size(); ++j) {
      for (SiteId a : parts[i]) {
        for (SiteId b : parts[j]) cut_pair(a, b, cuts);
      }
    }
  }
  return cuts;
}

std::vector<Direction> cut_one_way(const std::vector<SiteId>& inside,
                                   const std::vector<SiteId>& outside, bool towards_inside) {
  std::vector<Direction> cuts;
  for (SiteId in : inside) {
    for (SiteId out : outside) {
      cuts.push_back(towards_inside ? Direction{out, in} : Direction{in, out});
    }
  }
  return cuts;
}

std::vector<Direction> majorities_ring(std::uint32_t sites) {
  std::vector<Direction> cuts;
  const std::uint32_t reach = (sites / 2 + 1) / 2;
  for (std::uint32_t i = 0; i < sites; ++i) {
    for (std::uint32_t j = i + 1; j < sites; ++j) {
      const std::uint32_t apart = std::min(j - i, sites - (j - i));
      if (apart > std::max(reach, 1u)) cut_pair(site_of(i), site_of(j), cuts);
    }
  }
  return cuts;
}

std::vector<Direction> bridge(std::uint32_t sites, SiteId middle) {
  std::vector<std::vector<SiteId>> halves(2);
  for (std::uint32_t i = 0; i < sites; ++i) {
    if (site_of(i) != middle)
      halves[halves[0].size() > halves[1].size() ? 1 : 0].push_back(site_of(i));
  }
  return cut_apart(halves);
}

}  // namespace cohort::sim
