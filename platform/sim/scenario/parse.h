/// The parts of a scenario's line (scenario.h). Each reads from where the words stand; what is
/// wrong stays in the words.
#pragma once

#include <cstdint>

#include "platform/sim/scenario/scenario.h"
#include "platform/sim/scenario/words.h"

namespace cohort::sim {

/// `sites`: how many the plant has, for "all", "isolate", "ring" and "bridge".
Action parse_action(Words& words, std::uint32_t sites);
Condition parse_condition(Words& words);
Trigger parse_trigger(Words& words);

}  // namespace cohort::sim
