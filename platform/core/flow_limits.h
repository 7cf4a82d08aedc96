/// The bounds of what may queue at a site: those of limits.h, or small ones that the simulator
/// draws.
#pragma once

#include <algorithm>
#include <cstddef>

#include "platform/base/limits.h"

namespace cohort::core {

/// The bounds of what may queue; the simulator draws small ones. Bytes unless said.
struct FlowLimits {
  std::size_t unstable = limits::kUnstableBytesPerOrigin;
  std::size_t payload = limits::kPayloadBytes;
  std::size_t global = limits::kGlobalPayloadBytes;  ///< the longest GBCAST
  std::size_t part = limits::kPartBytes;             ///< longer payloads travel in fragments
  std::size_t large = limits::kLargeBytesPerOrigin;
  std::size_t client_high_water = limits::kClientHighWaterBytes;
  std::size_t unacked_floor = limits::kUnackedBytesFloor;
  std::size_t unacked_ceiling = limits::kUnackedBytesCeiling;
  std::size_t unacknowledged = limits::kUnacknowledgedBytes;
  Duration slow_member = limits::kSlowMember;

  /// What a client may have consumed and not reported: it never looks slow for that.
  std::size_t report() const {
    return std::min(limits::kConsumedReportBytes, client_high_water / 4);
  }
  /// What one origin can have numbered and not stable: a larger message goes alone.
  std::size_t window() const {
    return std::max(unstable, payload + limits::kMessageCostBytes + 16 * limits::kDestinations);
  }
  /// What can wait for one client: who is beyond it is excluded at once. Above the high water each
  /// of so many sites can have one window on its way, and two openings their GBCASTs.
  std::size_t client_cap(std::size_t sites) const {
    return client_high_water + sites * window() + 4 * (global + limits::kMessageCostBytes);
  }
  /// What a site holds of one origin: a window that is on its way, and one that it has not heard to
  /// be stable yet; and fragments.
  std::size_t origin_cap() const { return 2 * window() + std::max(large, payload); }
};

}  // namespace cohort::core
