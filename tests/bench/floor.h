/// The floor: what the machine can do with no protocol in the way. Round trips of 64 bytes.
#pragma once

#include <cstdint>

namespace cohort::bench {

/// Prints a line each for a TCP round trip, a Unix socket's round trip, and the bare way of a group
/// call: client, daemon, two daemons, three members, and all three answers back; and the same way
/// with five members ("relay-five"). Returns an exit code.
int run_floor(std::uint64_t iterations);

}  // namespace cohort::bench
