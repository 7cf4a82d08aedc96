/// A ZooKeeper client that is just enough to measure durable updates: it sets a node's 100 bytes.
#pragma once

#include <cstdint>
#include <string>

namespace CLI {
class App;
}

namespace cohort::bench {

struct KeeperOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 2181;
  std::uint32_t connections = 1;
  std::uint32_t outstanding = 1;  ///< updates under way on each connection
  std::uint64_t count = 1000;
  std::uint32_t size = 100;
};

void add_keeper_options(CLI::App& command, KeeperOptions& options);
/// Prints one line: latencies of single updates, and updates a second. Returns an exit code.
int run_keeper(const KeeperOptions& options);

}  // namespace cohort::bench
