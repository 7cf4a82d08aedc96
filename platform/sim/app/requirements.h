/// Which probes must be reached, and how often (tests/sim/probes.req).
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "platform/base/result.h"
#include "platform/sim/app/outcome.h"

namespace cohort::sim::app {

struct Requirement {
  std::uint64_t least = 0;  ///< hits in one run over seeds; 0: only the campaign has to reach it
  std::string exempted;     ///< why it need not be reached; empty: it must
};
using Requirements = std::map<std::string, Requirement>;

/// Hits of every probe in a whole campaign (`cohort-sim coverage`) that are enough.
constexpr std::uint64_t kCampaignHits = 10;

/// Lines "probe least", "probe campaign" or "probe exempt: reason"; '#' begins a comment.
/// Errors: kIo, kMalformed with file and line.
Result<Requirements> read_requirements(const std::string& file);
/// Prints each that was missed; returns how many. In a campaign every probe that is not exempted
/// must have been hit kCampaignHits times.
int check_requirements(const Requirements& required, const Totals& totals, bool campaign);

}  // namespace cohort::sim::app
