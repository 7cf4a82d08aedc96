/// What safe delivery and flush promise of one message: that every recipient which lives on gets
/// it, whoever dies.
#pragma once

#include <string_view>

#include "platform/sim/checkers/checker.h"

namespace cohort::sim::checkers {

/// Adds a finding for each recipient of `id` that lives to the end of the run, or passes from the
/// view in which others delivered it to the next, without having delivered it.
void require_held(const Index& index, MessageId id, Place promise, std::string_view what,
                  Findings& findings);

}  // namespace cohort::sim::checkers
