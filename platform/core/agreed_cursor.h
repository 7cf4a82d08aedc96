/// How far this site could deliver if nothing had to be safe: looks for the durable messages that
/// it may write to its log before it may deliver them, so that the disk and the word of what the
/// others hold are waited for side by side.
///
/// Ensures: what it has reached is closed under causality, streams and places, all of it held here.
/// So where this site lives on in the next view the cut has all of it (view-change.md#the-cut), and
/// it is delivered here, ABCASTs in the order in which they were reached. Source:
/// docs/protocol/durable.md.
#pragma once

#include <optional>

#include "platform/core/multicast.h"
#include "platform/core/total_order.h"

namespace cohort::core {

class AgreedCursor {
 public:
  AgreedCursor(const Multicast& multicast, const TotalOrder& order)
      : multicast_(multicast), order_(order) {}

  void install(std::size_t sites);
  /// This message for this site is to be told by next(): without such it costs nothing.
  void want(std::size_t origin, std::uint64_t number) { wanted_[origin] = number; }
  /// What has been told and is not delivered will be told again.
  void begin_again();
  /// The next durable message of up to this epoch; none: nothing can be said of more now.
  std::optional<wire::StreamPlace> next(std::uint64_t epoch);

  /// What this one holds that decides what it will do (state_digest.h).
  void add_to(StateDigest& digest) const;

 private:
  bool wants_more() const;
  void catch_up();
  void pass_places();
  bool may_pass(std::size_t origin, const StreamEntry& entry) const;

  const Multicast& multicast_;
  const TotalOrder& order_;
  wire::SiteVector reached_;  ///< by origin
  wire::SiteVector wanted_;   ///< by origin: the last that is wanted
  std::uint64_t place_ = 0;   ///< the last that is reached
};

}  // namespace cohort::core
