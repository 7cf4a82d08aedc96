/// From the members' reports to what is delivered before the next view: pure arithmetic.
///
/// Ensures (ruling 4): what any answering member has delivered lies inside the cut; the cut is
/// closed under causality and under the known order; a hole is a number inside the cut whose
/// message no answering member holds. The order is the longest known prefix, then a tail in causal
/// order, all of one epoch before all of the next (E11, W9). Source:
/// docs/protocol/view-change.md#cut.
#pragma once

#include <optional>
#include <vector>

#include "platform/wire/view_records.h"

namespace cohort::core {

struct Cut {
  wire::SiteVector last;
  std::vector<wire::StreamPlace> holes;
  std::vector<wire::Holding> holdings;
  std::optional<wire::Opening> opening;
  std::uint64_t order_base = 0;
  std::vector<wire::OrderEntry> order;
};

/// Requires: reports[r] is present for exactly the surviving members, at least one; all vectors
/// have reports.size() entries (checked by well_formed).
Cut compute_cut(const std::vector<std::optional<wire::Report>>& reports);

bool well_formed(const wire::Report& report, std::size_t sites);

}  // namespace cohort::core
