/// Looks after every step whether a daemon holds more than its limits allow (promise F1).
#pragma once

#include <optional>
#include <string>

#include "platform/core/flow_limits.h"
#include "platform/core/held.h"

namespace cohort::sim {

/// In words what is beyond which bound; nothing where all is within. `all_heard`: the site has been
/// hearing every other one. While it has not, it keeps what it may neither free nor deliver, and
/// what it holds of one origin has no bound (docs/protocol/flow.md).
std::optional<std::string> beyond_bounds(const core::Held& held, const core::FlowLimits& limits,
                                         bool all_heard);

}  // namespace cohort::sim
