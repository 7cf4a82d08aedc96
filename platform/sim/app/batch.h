/// Runs many seeds in several processes. A run that ends its process (an assertion) is a failure of
/// its seed, not of the batch.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <nlohmann/json.hpp>

namespace cohort::sim::app {

struct Batch {
  std::uint64_t first = 1;
  std::uint64_t last = 1;
  std::uint32_t jobs = 2;
  std::string profile = "swarm";
  std::string mutant;
  double twice = 0.05;  ///< share of the seeds that run twice, to compare their digests
};

/// Calls `on_outcome` for every seed, in no order; false from it ends the batch early.
/// Blocks: until all job processes have ended.
void run_batch(const Batch& batch, const std::function<bool(const nlohmann::json&)>& on_outcome);

}  // namespace cohort::sim::app
