/// What `cohort-sim` can do. Each returns the program's exit code: 0 all well, 1 a violation or a
/// requirement that was missed, 2 a wrong call.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "platform/sim/app/batch.h"

namespace cohort::sim::app {

struct RunCommand {
  Batch batch;
  std::string require;  ///< a file of probes and least hits; empty: none
  bool json = false;
  bool keep_going = false;  ///< past the first failed seed
  bool show_probes = false;
  bool quiet = false;
};
int run(const RunCommand& command);

struct ReplayCommand {
  std::uint64_t seed = 0;
  std::string profile = "swarm";
  std::string mutant;
  std::string history;  ///< a file to write the records to; empty: none
  bool trace = false;
};
int replay(const ReplayCommand& command);

/// Reads histories of real runs (all files are one history) and judges them.
int check(const std::vector<std::string>& files, bool json);

struct MutantsCommand {
  std::string registry;
  std::uint64_t seeds = 2000;
  std::uint32_t jobs = 2;
  std::string only;
};
int mutants(const MutantsCommand& command);

struct ScenarioCommand {
  std::vector<std::string> files;
  std::string history;  ///< a file to write the records to; empty: none
  bool trace = false;
  bool verbose = false;
};
/// Plays each file (docs/formats/scenario.md) and says which failed, and why.
int scenario(const ScenarioCommand& command);

}  // namespace cohort::sim::app
