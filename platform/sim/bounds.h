/// Looks after every step whether a daemon holds more than its limits allow (promise F1).
#pragma once

#include <optional>
#include <string>

#include "platform/core/flow_limits.h"
#include "platform/core/held.h"

namespace cohort::sim {

/// In words what is beyond which bound; nothing where all is within.
std::optional<std::string> beyond_bounds(const core::Held& held, const core::FlowLimits& limits);

}  // namespace cohort::sim
