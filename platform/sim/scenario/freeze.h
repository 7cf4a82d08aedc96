/// Writes the run of a seed down as a scenario: what its nemesis and its workers did, at the same
/// moments (docs/testing.md "Shrinking").
#pragma once

#include <string>
#include <vector>

#include "platform/sim/scenario/scenario.h"
#include "platform/sim/world.h"

namespace cohort::sim {

/// `journal`: of a run of these options (RunSettings::keep_journal). Delays hang on the options'
/// seed, so frames take the same time as in the run that is written down.
Scenario freeze(const Options& options, const std::vector<JournalEntry>& journal,
                const std::string& mutant, const std::string& property);

}  // namespace cohort::sim
