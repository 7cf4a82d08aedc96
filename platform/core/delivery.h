/// Decides what is delivered next at this site: causal order by vectors, total order by places,
/// epochs by colour, SAFE by what the destinations hold. Pure over the parts that it is given.
/// Source: docs/protocol/delivery.md.
#pragma once

#include "platform/core/multicast.h"
#include "platform/core/stability.h"
#include "platform/core/total_order.h"

namespace cohort::core {

class Delivery {
 public:
  struct Rules {
    std::uint64_t epoch = 0;  ///< the epoch that is being delivered
    bool closing = false;     ///< a view ends: everything inside the cut is held by the survivors
  };
  enum class Step : std::uint8_t {
    kBlocked,  ///< nothing can be delivered now
    kPassed,   ///< a skip, a marker, a message for other sites
    kMessage,  ///< a message for this site
  };

  Delivery(Multicast& multicast, TotalOrder& order, const Stability& stability)
      : multicast_(multicast), order_(order), stability_(stability) {}

  /// Does one entry; `origin` and `number` tell which.
  Step next(const Rules& rules, std::size_t& origin, std::uint64_t& number);

 private:
  Step try_entry(const Rules& rules, std::size_t origin, const StreamEntry& entry);
  bool causally_ready(std::size_t origin, const StreamEntry& entry) const;
  bool safely_held(const Rules& rules, std::size_t origin, const StreamEntry& entry) const;
  void pass_places(const Rules& rules);

  Multicast& multicast_;
  TotalOrder& order_;
  const Stability& stability_;
};

}  // namespace cohort::core
