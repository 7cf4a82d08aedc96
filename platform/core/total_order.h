/// The plant-wide total order of ABCASTs: places numbered from 1 in each view, given by the
/// sequencer (rank 0) and sent to all in batches with a numbering of their own.
///
/// The sequencer's cursor walks every origin's stream in causal order and gives a place to each
/// ABCAST that it meets, also where this site is no destination (H5); it enters an epoch only when
/// it has passed all markers of the one before. So the order is acyclic over all groups, extends
/// causality, and keeps the epochs apart. Source: platform ruling 5; docs/protocol/abcast.md.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "platform/core/multicast.h"

namespace cohort::core {

class StateDigest;

class TotalOrder {
 public:
  void install(std::size_t sites);

  // ---- every site
  /// False: not the next place.
  bool receive(std::uint64_t first, const std::vector<wire::OrderEntry>& entries);
  std::uint64_t floor() const { return floor_; }
  std::uint64_t received() const { return floor_ + order_.size(); }
  std::uint64_t passed() const { return passed_; }
  /// The place after the last passed one; null: not known yet.
  const wire::OrderEntry* next() const { return find(passed_ + 1); }
  void pass() { ++passed_; }
  const wire::OrderEntry* find(std::uint64_t place) const;
  /// Frees places that everybody has and this site has passed.
  void free_to(std::uint64_t place);
  /// Closing a view: the places after `base` become exactly these.
  void settle(std::uint64_t base, const std::vector<wire::OrderEntry>& entries);

  // ---- the sequencer
  /// Gives places to what has become orderable; returns the new ones, to be sent to all.
  std::vector<wire::OrderEntry> sequence(const Multicast& multicast);
  std::uint64_t cursor(std::size_t origin) const { return cursor_[origin]; }

  /// What this one holds that decides what it will do (state_digest.h).
  void add_to(StateDigest& digest) const;

 private:
  bool advance(const Multicast& multicast, std::size_t origin,
               std::vector<wire::OrderEntry>& places);

  std::uint64_t floor_ = 0;
  std::uint64_t passed_ = 0;
  std::deque<wire::OrderEntry> order_;
  wire::SiteVector cursor_;
  std::uint64_t cursor_epoch_ = 0;
  std::size_t markers_passed_ = 0;
};

}  // namespace cohort::core
