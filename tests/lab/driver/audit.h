/// What must hold after every scenario, whatever it was.
#pragma once

#include "lab/driver/plant.h"

namespace cohort::lab {

/// Ends all faults, brings every site back and requires: one view of all, everybody served and in
/// the group; everybody's changes arrive (L1); when nobody begins anything new, everything under
/// way ends and all copies are the same (D1); no process ended by itself; and the checkers accept
/// the histories of all processes that ever ran (docs/guarantees.md).
void audit(Plant& plant);

}  // namespace cohort::lab
