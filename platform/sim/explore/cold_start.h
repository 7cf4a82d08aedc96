/// Logs that a total failure may leave behind, for explorations of the start after it
/// (docs/protocol/view-change.md).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "platform/base/bytes.h"
#include "platform/base/ids.h"

namespace cohort::sim {

/// View 1 has all three sites in all of them; view 2 is the first two.
enum class ColdStart : std::uint8_t {
  kNone,           ///< no total failure: a plant that works
  kFirst,          ///< no site has ever run
  kOneView,        ///< all know that view 1 was decided, and nothing else
  kDecidedAtOne,   ///< view 2 is known to be decided at site 1, accepted at site 2
  kDecidedAtTwo,   ///< the other way round
  kAcceptedByTwo,  ///< view 2 is accepted by both, and nobody knows that it was decided
  kAcceptedByOne,  ///< view 2 is accepted by site 1 alone, and may have been decided by nobody
};

inline constexpr std::array<std::string_view, 7> kColdStartNames{
    "none",           "first",           "one-view",       "decided-at-one",
    "decided-at-two", "accepted-by-two", "accepted-by-one"};

/// The site's view log, oldest record first, each site having lived once. Requires: three sites.
std::vector<Bytes> log_after(ColdStart start, SiteId site);

}  // namespace cohort::sim
