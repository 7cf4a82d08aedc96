/// Quorum arithmetic of site views: pure.
#pragma once

#include <cstddef>

#include "platform/base/instrument.h"

namespace cohort::core {

/// More than half of a view's members, or exactly half of them with its oldest site. Any two
/// quorums of one view intersect. Source: platform ruling 4.
inline bool is_quorum(std::size_t present, std::size_t members, bool oldest_present) {
  if (COHORT_MUTANT("half_is_enough") && 2 * present == members) return true;
  return 2 * present > members || (2 * present == members && oldest_present);
}

}  // namespace cohort::core
