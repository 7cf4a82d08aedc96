#include "platform/sim/bounds.h"

#include <algorithm>
#include <array>

#include "platform/base/limits.h"

namespace cohort::sim {

std::optional<std::string> beyond_bounds(const core::Held& held, const core::FlowLimits& limits,
                                         bool all_heard) {
  struct Bound {
    const char* what;
    std::size_t held;
    std::size_t most;
  };
  const std::array<Bound, 5> bounds{
      Bound{"of own messages that are not stable", held.own, limits.window()},
      Bound{"of one origin", all_heard ? held.origin : 0, limits.origin_cap()},
      Bound{"of own large messages without a number", held.large,
            std::max(limits.large, limits.payload)},
      Bound{"for one client", held.client_unread, held.client_cap},
      Bound{"of one client's requests", held.client_queued, 2 * limits::kUnnumberedBytesPerClient}};
  for (const Bound& bound : bounds) {
    if (bound.held <= bound.most) continue;
    return "it holds " + std::to_string(bound.held) + " bytes " + bound.what + ", at most " +
           std::to_string(bound.most) + " are allowed";
  }
  return std::nullopt;
}

}  // namespace cohort::sim
