/// The protocols alone: three of them in one thread, exchanging frames. Processor time and, under
/// valgrind, instructions a multicast: figures that a noisy machine does not blur.
#pragma once

#include <cstdint>
#include <string>

namespace CLI {
class App;
}

namespace cohort::bench {

struct CoreBenchOptions {
  std::uint16_t sites = 3;
  std::uint16_t senders = 1;
  std::size_t size = 64;
  std::size_t batch = 64;  ///< multicasts that a sender gives between two exchanges of frames
  std::uint64_t count = 100000;
  std::string order = "cbcast";
  bool safe = false;
};

void add_core_options(CLI::App& command, CoreBenchOptions& options);
/// Prints one line. Returns an exit code.
int run_core_bench(const CoreBenchOptions& options);

}  // namespace cohort::bench
