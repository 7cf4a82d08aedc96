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
  bool all_seeds = false;  ///< from seed 1, not from the one that killed it before
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

struct ShrinkCommand {
  std::uint64_t seed = 0;
  std::string file;  ///< a scenario instead of a seed
  std::string profile = "swarm";
  std::string mutant;
  std::string property;  ///< empty: the first that is violated
  std::string out;       ///< a file for the scenario; empty: only printed
  std::uint64_t tries = 4000;
  bool quiet = false;
};
/// Writes a failing seed down as a scenario and makes it as small as it can.
int shrink(const ShrinkCommand& command);

struct ExploreCommand {
  std::uint32_t sites = 3;
  std::uint32_t multicasts = 2;
  bool no_crash = false;
  bool cut = false;
  bool join = false;
  std::string cold = "none";  ///< a name of kColdStartNames
  std::uint64_t states = 10'000'000;
  std::uint32_t jobs = 2;
  std::uint64_t seconds = 0;  ///< 0: no limit
  bool must_complete = false;
  bool quiet = false;
  std::uint64_t compare_every = 0;
  std::string mutant;
};
/// Tries every order of a small scope (docs/testing.md "Every order"); prints the number of states.
int explore(const ExploreCommand& command);

struct CoverageCommand {
  std::uint64_t first = 1;
  std::uint64_t seeds = 10'000;  ///< of all profiles together
  std::uint32_t jobs = 2;
  std::string require = "tests/sim/probes.req";
  std::string registry = "tests/sim/mutants.tsv";
  std::uint64_t mutant_seeds = 2000;  ///< for one bug; 0: no table of them
  std::string out = "docs/simulator-coverage.md";
  std::string commit;
};
/// Writes the tables fault x phase, probes and deliberate bugs.
int coverage(const CoverageCommand& command);

}  // namespace cohort::sim::app
