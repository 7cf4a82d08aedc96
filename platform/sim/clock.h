/// The monotonic clock of one simulated host. Each life has an offset that means nothing elsewhere
/// and some drift; faults change the drift. It does not jump: it counts the time for which its host
/// was suspended (Runtime::now), and for the others that time has passed as well; so a host that
/// sleeps is a site that is paused.
#pragma once

#include <cstdint>

#include "platform/base/rng.h"
#include "platform/base/time.h"

namespace cohort::sim {

class Clock {
 public:
  /// A life begins.
  void start(std::uint64_t decision, Duration now) {
    base_ = Duration(static_cast<std::int64_t>(decision % 1'000'000'000'000));
    world_base_ = now;
    parts_ = static_cast<std::int64_t>(mix64(decision) % 401) - 200;
  }
  MonotonicTime local(Duration now) const {
    const std::int64_t passed = (now - world_base_).count();
    return MonotonicTime(base_ + Duration(passed + passed * parts_ / 1'000'000));
  }
  void drift(std::int64_t parts_per_million, Duration now) {
    base_ = local(now).time_since_epoch();
    world_base_ = now;
    parts_ = parts_per_million;
  }

 private:
  Duration base_{0};
  Duration world_base_{0};
  std::int64_t parts_ = 0;  ///< per million
};

}  // namespace cohort::sim
