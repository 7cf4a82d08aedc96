/// One run of one seed, from an empty plant to the verdict.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "platform/sim/checkers/checker.h"
#include "platform/sim/world.h"

namespace cohort::sim {

struct RunSettings {
  std::uint64_t seed = 0;
  std::string profile = "swarm";
  std::string mutant;                                     ///< empty: the right code
  std::function<void(const std::string&)> trace_sink;     ///< empty: no trace
  bool keep_history = false;                              ///< hand the records back
  bool keep_trail = false;                                ///< hand the digest after each event back
  bool keep_journal = false;                              ///< hand back what was done, and when
  std::function<void(const JournalEntry&)> journal_sink;  ///< and tell it at once
};

struct RunResult {
  std::uint64_t seed = 0;
  std::uint64_t digest = 0;
  std::uint64_t events = 0;
  std::uint64_t steps = 0;  ///< inputs given to protocols processes
  std::uint64_t frames = 0;
  std::uint64_t records = 0;
  std::uint64_t site_views = 0;
  std::uint64_t group_views = 0;
  std::uint64_t deliveries = 0;
  std::uint64_t resets = 0;
  std::int64_t virtual_ms = 0;
  std::uint32_t sites = 0;
  Counts counts;
  std::map<std::string, std::uint64_t> probes;
  std::vector<checkers::Violation> violations;
  std::vector<std::string> last_traces;  ///< of every site, where there are violations
  std::vector<wire::HistoryRecord> history;
  std::vector<JournalEntry> journal;  ///< up to the end of the faults
  std::vector<World::Mark> trail;
};

/// Ensures: the same settings give the same result, in every process and on every machine.
RunResult run_seed(const RunSettings& settings);

/// Runs the seed twice and says where the runs part first; empty: they do not.
std::string first_difference(const RunSettings& settings);

/// Counts and judges what a world's run has left: every checker over its records. `found`: the
/// violations that no history shows.
RunResult judge(World& world, std::vector<checkers::Violation> found, bool keep_history);

}  // namespace cohort::sim
