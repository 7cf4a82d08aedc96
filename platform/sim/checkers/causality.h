/// Happens-before of a history: program order of each process, and from each sending to each of its
/// deliveries. Channels outside the platform do not count (protocol-review C8).
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "platform/sim/checkers/index.h"

namespace cohort::sim::checkers {

/// Sends of a process are numbered 1, 2, ...; the causal past of a send is, for each sender, how
/// many of its sends precede: a prefix, because a process's own order is part of the relation.
class Causality {
 public:
  struct Number {
    std::size_t sender = 0;
    std::uint32_t count = 0;
  };

  explicit Causality(const Index& index);

  std::size_t senders() const { return sender_count_; }
  /// For each sender the count of its sends before the send of `id` (its own included, without
  /// `id` itself); null where the send is not in the history.
  const std::vector<std::uint32_t>* past_of(MessageId id) const;
  /// Requires: `id` is one of in_sending_order().
  Number number_of(MessageId id) const { return numbers_.at(id); }
  Place send_of(MessageId id) const { return sends_.at(id); }
  /// The messages whose sending is in the history, each sender's in order.
  const std::vector<MessageId>& in_sending_order() const { return in_order_; }

 private:
  struct Walk;
  void number_sends(const Index& index);
  void advance(const Index& index, Walk& walk);

  std::size_t sender_count_ = 0;
  std::map<Place, MessageId> id_of_send_;
  std::map<MessageId, Place> sends_;
  std::map<MessageId, Number> numbers_;
  std::map<MessageId, std::vector<std::uint32_t>> pasts_;
  std::vector<MessageId> in_order_;
};

}  // namespace cohort::sim::checkers
