/// Drives a runtime until a condition holds, for tests over real sockets: no sleeps, a bound
/// instead.
#pragma once

#include <chrono>
#include <functional>

#include "platform/net/runtime.h"

namespace cohort::net {

/// False where the condition does not hold within 20 s.
inline bool drive(Runtime& runtime, const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    runtime.context().restart();
    runtime.context().run_one_until(deadline);
  }
  return true;
}

}  // namespace cohort::net
