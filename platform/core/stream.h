/// The numbers of one origin site in one view, dense: messages, markers, and skips where the
/// message went to other sites.
///
/// Invariants: floor <= done <= received, named <= done; entries are kept from floor + 1 to
/// received.
#pragma once

#include <cstdint>
#include <deque>

#include "platform/base/assert.h"
#include "platform/base/limits.h"
#include "platform/wire/peer_protocol.h"

namespace cohort::core {

class StateDigest;

struct StreamEntry {
  wire::EntryKind kind = wire::EntryKind::kSkip;
  std::uint64_t epoch = 0;
  wire::MessageHead head;
  Bytes payload;

  /// A CBCAST to this site alone: nobody else will ever wait for it.
  bool concerns_only(std::size_t rank) const {
    return kind == wire::EntryKind::kMessage && head.order != wire::Order::kTotal &&
           head.destination_sites == wire::site_bit(rank);
  }

  /// What it counts for in windows and queues.
  std::size_t cost() const {
    if (kind != wire::EntryKind::kMessage) return 0;
    const std::size_t destinations =
        head.destinations.groups.size() + head.destinations.processes.size();
    return payload.size() + limits::kMessageCostBytes + 8 * destinations;
  }
};

class Stream {
 public:
  std::uint64_t floor() const { return floor_; }
  std::uint64_t done() const { return done_; }
  /// The last number that is done and concerns others than this site: what vectors name.
  std::uint64_t named() const { return named_; }
  std::uint64_t received() const { return floor_ + entries_.size(); }

  void append(StreamEntry entry) {
    bytes_ += entry.cost();
    entries_.push_back(std::move(entry));
  }

  /// The costs of the messages kept.
  std::size_t bytes() const { return bytes_; }

  /// Null where the number is freed or not received.
  const StreamEntry* find(std::uint64_t number) const {
    if (number <= floor_ || number > received()) return nullptr;
    return &entries_[number - floor_ - 1];
  }

  /// `named`: others may have to wait for it.
  void mark_done(bool named) {
    COHORT_ASSERT(done_ < received(), "only what was received can be done");
    ++done_;
    if (named) named_ = done_;
  }

  /// Frees what everybody holds and this site has done.
  void free_to(std::uint64_t number) {
    const std::uint64_t limit = number < done_ ? number : done_;
    while (floor_ < limit) {
      bytes_ -= entries_.front().cost();
      entries_.pop_front();
      ++floor_;
    }
  }

  /// Forgets what lies beyond the cut.
  void truncate(std::uint64_t last) {
    COHORT_ASSERT(done_ <= last, "what was delivered lies inside the cut");
    for (; received() > last; entries_.pop_back()) bytes_ -= entries_.back().cost();
  }

  /// What this one holds that decides what it will do (state_digest.h).
  void add_to(StateDigest& digest) const;

 private:
  std::uint64_t floor_ = 0;
  std::uint64_t done_ = 0;
  std::uint64_t named_ = 0;
  std::size_t bytes_ = 0;
  std::deque<StreamEntry> entries_;
};

}  // namespace cohort::core
