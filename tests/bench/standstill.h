/// How long the machine itself stands still: what a process of the highest priority, which has
/// nothing to do but to wake up, finds between two of its wake-ups. A virtual machine whose host
/// fetches memory for it stops now and then, and nothing that runs on it can be on time.
#pragma once

namespace cohort::bench {

/// Runs until SIGTERM, then prints {"what":"standstill","longest_ms":...}. Returns an exit code: 1
/// where real-time priority is not allowed.
int run_standstill();

}  // namespace cohort::bench
