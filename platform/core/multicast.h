/// Numbers this site's multicasts, sends them straight to the sites that host destinations (skips
/// to the others, heads of ABCASTs to the sequencer), and receives those of the other sites.
///
/// Every site sees each origin's numbers without gaps. What is numbered in one step is gathered for
/// each peer and leaves, skips included, at the end of the step (E23) in as few frames as hold it.
/// Only where all that is to be skipped are CBCASTs to one and the same site (replies, above all)
/// the skips wait: no vector names such a number before another one follows it.
/// A run of skips carries the vector of its last number, so that the sequencer orders nothing ahead
/// of what it causally follows, and holds only numbers that may wait for that. Source: platform
/// rulings 5 and 6; docs/protocol/cbcast.md.
#pragma once

#include <optional>
#include <vector>

#include "platform/core/context.h"
#include "platform/core/fragments.h"
#include "platform/core/sessions.h"
#include "platform/core/stream.h"
#include "platform/wire/stream_batch.h"

namespace cohort::core {

class StateDigest;

class Multicast {
 public:
  explicit Multicast(Sessions& sessions) : sessions_(sessions) {}

  void install(std::uint64_t view, const std::vector<SiteLife>& members, std::size_t rank);

  /// Gives the next number and sends. `head.vector` and `order_prefix` are filled in here.
  /// `tail`: what of a large payload its destinations have in fragments.
  std::uint64_t number(wire::MessageHead head, Bytes payload, std::uint64_t epoch,
                       std::uint64_t order_prefix, FragmentSender::Tail tail = {});
  void number_marker(std::uint64_t epoch, std::uint64_t order_prefix);
  /// Sends what has been gathered, but for skips that may wait. Called before anything else of this
  /// step goes to a peer that must come after it, and at the end of each step.
  void flush();
  /// The same with all skips.
  void flush_all();

  /// False: not the next number (a repeat is ignored by the caller, a gap is the peer's fault).
  bool receive(std::size_t origin, wire::StreamFrame frame);

  std::size_t sites() const { return streams_.size(); }
  std::size_t rank() const { return rank_; }
  Stream& stream(std::size_t origin) { return streams_[origin]; }
  const Stream& stream(std::size_t origin) const { return streams_[origin]; }
  wire::SiteVector received() const;
  wire::SiteVector done() const;
  /// What done() says, without what concerned this site alone and nothing of its origin has
  /// followed: what others have to have before what depends on all that is done here.
  wire::SiteVector named() const;
  /// Cost of own messages that are not freed: what the window is about.
  std::size_t unstable_bytes() const { return streams_.empty() ? 0 : streams_[rank_].bytes(); }
  void free_to(std::size_t origin, std::uint64_t number);
  /// As a frame, for a site that lacks it; a skip where it holds no payload for that site.
  std::optional<wire::StreamFrame> frame_of(std::size_t origin, std::uint64_t number,
                                            std::size_t for_rank) const;

  /// What this one holds that decides what it will do (state_digest.h).
  void add_to(StateDigest& digest) const;

 private:
  struct PendingSkip {
    std::uint64_t first = 0;  ///< 0: none
    std::uint64_t last = 0;
    std::uint64_t epoch = 0;
    wire::MessageHead head;  ///< the vector and the prefix of `last`
  };
  /// What waits for the end of the step, for one peer: the batch comes before the skip.
  struct Gathered {
    wire::StreamBatchEncoder batch;
    PendingSkip skip;
  };

  /// What the pending skips of all peers stand for.
  struct Waiting {
    wire::SiteSet sites = 0;  ///< the one site that they all went to; 0: none pending
    std::size_t bytes = 0;
    bool due = false;  ///< somebody may have to wait for one of them
  };

  void note_skips(const StreamEntry& entry);
  std::uint64_t append_own(StreamEntry entry, FragmentSender::Tail tail);
  void send_to_others(std::uint64_t number, const StreamEntry& entry, FragmentSender::Tail tail);
  void add_skip(std::size_t peer, std::uint64_t number, const StreamEntry& entry);
  bool may_extend(const PendingSkip& skip, const StreamEntry& entry) const;
  void add_pending_skip(std::size_t peer);
  void add(std::size_t peer, const wire::StreamBatchEncoder::Number& number,
           const wire::MessageHead& head);
  void send_batch(std::size_t peer);

  Sessions& sessions_;
  std::uint64_t view_ = 0;
  std::vector<SiteLife> members_;
  std::size_t rank_ = 0;
  std::vector<Stream> streams_;
  std::vector<Gathered> gathered_;  ///< by rank
  Waiting waiting_;
};

}  // namespace cohort::core
