/// Which probes must be reached, and how often (tests/sim/probes.req).
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "platform/base/result.h"
#include "platform/sim/app/outcome.h"

namespace cohort::sim::app {

struct Requirement {
  std::uint64_t least = 0;
  std::string exempted;  ///< why it need not be reached; empty: it must
};
using Requirements = std::map<std::string, Requirement>;

/// Lines "probe least" or "probe exempt: reason"; '#' begins a comment.
/// Errors: kIo, kMalformed with file and line.
Result<Requirements> read_requirements(const std::string& file);
/// Prints each that was missed; returns how many.
int check_requirements(const Requirements& required, const Totals& totals);

}  // namespace cohort::sim::app
