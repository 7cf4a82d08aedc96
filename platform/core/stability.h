/// What each site of the view is known to hold, from its Status frames: decides what may be freed,
/// when a SAFE message may be delivered and when a flush is over (U2: received by the daemon
/// without a gap; skips count as received). Source: docs/protocol/stability.md.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "platform/wire/peer_protocol.h"

namespace cohort::core {

class StateDigest;

class Stability {
 public:
  void install(std::size_t sites);
  void on_status(std::size_t rank, const wire::Status& status);
  /// A frame of its stream tells as much: it holds what it numbered, all that the vector names (it
  /// had done that) and the places that it had passed.
  void on_frame(std::size_t rank, std::uint64_t number, const wire::MessageHead& head);
  /// The sequencer holds the places that it gives.
  void on_places(std::uint64_t last);
  /// This site's own knowledge, always up to date.
  void on_own(std::size_t rank, wire::SiteVector received, std::uint64_t order_received,
              std::uint64_t delivered_epoch);

  /// Whether anything has been learned since the last call.
  bool take_changed() { return std::exchange(changed_, false); }
  /// The greatest number of the origin that all sites hold.
  std::uint64_t stable(std::size_t origin) const;
  std::uint64_t stable_order() const;
  /// All sites of the set hold the origin's numbers up to this one and the order up to the place.
  bool held(wire::SiteSet sites, std::size_t origin, std::uint64_t number,
            std::uint64_t place) const;
  /// All sites hold everything of the vector and the order up to the place.
  bool all_hold(const wire::SiteVector& vector, std::uint64_t place) const;
  std::uint64_t least_delivered_epoch() const;
  std::uint64_t delivered_epoch(std::size_t rank) const { return sites_[rank].delivered_epoch; }

  /// What this one holds that decides what it will do (state_digest.h).
  void add_to(StateDigest& digest) const;

 private:
  struct Site {
    wire::SiteVector received;
    std::uint64_t order_received = 0;
    std::uint64_t delivered_epoch = 0;
    bool operator==(const Site&) const = default;
  };
  std::vector<Site> sites_;
  bool changed_ = true;
};

}  // namespace cohort::core
