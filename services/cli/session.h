/// Runs one invocation against a plant: chooses a site, connects, runs the command within its time.
#pragma once

#include "services/cli/invocation.h"

namespace cohort::cli {

/// Ensures: every failure is one line on standard error. Blocks: until the command has ended.
Exit run(Invocation invocation, Printer& printer);

}  // namespace cohort::cli
