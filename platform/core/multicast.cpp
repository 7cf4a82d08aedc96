#include "platform/core/multicast.h"

#include <bit>
#include <utility>

#include "platform/base/assert.h"
#include "platform/base/instrument.h"

namespace cohort::core {

using wire::EntryKind;
using wire::StreamFrame;

namespace {

/// So that the window of who answers much does not wait for skips.
constexpr std::size_t kWaitingSkipBytes = 64 * 1024;

StreamFrame make_frame(std::uint64_t view, std::uint64_t number, const StreamEntry& entry,
                       EntryKind kind) {
  StreamFrame frame;
  frame.view = view;
  frame.epoch = entry.epoch;
  frame.number = number;
  frame.first = number;
  frame.kind = kind;
  frame.head = entry.head;
  return frame;
}

void add_payload(StreamFrame& frame, const StreamEntry& entry, FragmentSender::Tail tail) {
  if (frame.kind != EntryKind::kMessage) return;
  frame.transfer = tail.transfer;
  frame.before = tail.before;
  const auto from = entry.payload.begin() + static_cast<std::ptrdiff_t>(tail.before);
  frame.payload.assign(from, entry.payload.end());
}

}  // namespace

void Multicast::install(std::uint64_t view, const std::vector<SiteLife>& members,
                        std::size_t rank) {
  view_ = view;
  members_ = members;
  rank_ = rank;
  streams_.assign(members.size(), Stream());
  gathered_.assign(members.size(), Gathered());
  waiting_ = Waiting();
}

std::uint64_t Multicast::number(wire::MessageHead head, Bytes payload, std::uint64_t epoch,
                                std::uint64_t order_prefix, FragmentSender::Tail tail) {
  StreamEntry entry;
  entry.kind = EntryKind::kMessage;
  entry.epoch = epoch;
  entry.head = std::move(head);
  entry.head.vector = named();
  if (COHORT_MUTANT("send_without_vector")) entry.head.vector.assign(members_.size(), 0);
  entry.head.vector[rank_] = streams_[rank_].received();
  entry.head.order_prefix = order_prefix;
  entry.payload = std::move(payload);
  return append_own(std::move(entry), tail);
}

void Multicast::number_marker(std::uint64_t epoch, std::uint64_t order_prefix) {
  StreamEntry entry;
  entry.kind = EntryKind::kMarker;
  entry.epoch = epoch;
  entry.head.vector = named();
  entry.head.vector[rank_] = streams_[rank_].received();
  entry.head.order_prefix = order_prefix;
  append_own(std::move(entry), {});
}

std::uint64_t Multicast::append_own(StreamEntry entry, FragmentSender::Tail tail) {
  const std::uint64_t number = streams_[rank_].received() + 1;
  note_skips(entry);
  send_to_others(number, entry, tail);
  streams_[rank_].append(std::move(entry));
  return number;
}

void Multicast::send_to_others(std::uint64_t number, const StreamEntry& entry,
                               FragmentSender::Tail tail) {
  const bool marker = entry.kind == EntryKind::kMarker;
  const bool total = entry.head.order == wire::Order::kTotal && !marker;
  for (std::size_t peer = 0; peer < members_.size(); ++peer) {
    if (peer == rank_) continue;
    EntryKind kind = entry.kind;
    if (!marker && !wire::contains(entry.head.destination_sites, peer)) {
      if (!total || peer != 0) {
        add_skip(peer, number, entry);
        continue;
      }
      kind = EntryKind::kHeader;
    }
    add_pending_skip(peer);
    wire::StreamBatchEncoder::Number next{number, number, entry.epoch, kind, 0, 0, {}};
    if (kind == EntryKind::kMessage) {
      next.transfer = tail.transfer;
      next.before = tail.before;
      next.payload = ByteView(entry.payload).subspan(tail.before);
    }
    add(peer, next, entry.head);
  }
}

/// A number that went to one site alone is known there and here, and that site does not name it.
/// Whoever else gets a number that follows it names both, so then all must get their skips.
void Multicast::note_skips(const StreamEntry& entry) {
  const wire::SiteSet sites = entry.head.destination_sites;
  const bool alone = std::has_single_bit(sites) &&
                     entry.concerns_only(static_cast<std::size_t>(std::countr_zero(sites)));
  if (!alone || (waiting_.sites != 0 && waiting_.sites != sites)) waiting_.due = true;
  waiting_.sites |= sites;
  waiting_.bytes += entry.cost();
  if (waiting_.bytes > kWaitingSkipBytes) waiting_.due = true;
}

void Multicast::add_skip(std::size_t peer, std::uint64_t number, const StreamEntry& entry) {
  PendingSkip& skip = gathered_[peer].skip;
  COHORT_ASSERT(skip.first == 0 || skip.epoch == entry.epoch,
                "the marker between two epochs took the skips before it along");
  if (skip.first != 0 && !may_extend(skip, entry)) {
    COHORT_PROBE("stream.skips_apart");
    add_pending_skip(peer);
  }
  if (skip.first == 0) skip.first = number;
  skip.last = number;
  skip.epoch = entry.epoch;
  skip.head.vector = entry.head.vector;
  skip.head.order_prefix = entry.head.order_prefix;
}

/// The numbers of a run wait for the causes of its last. Whoever gets them apart may pass and name
/// the first before the last, and then something that the last waits for may wait for the first: an
/// ABCAST that was passed as a skip has its place behind whoever named the first.
bool Multicast::may_extend(const PendingSkip& skip, const StreamEntry& entry) const {
  const bool nobody_names_one_alone = !waiting_.due;
  if (nobody_names_one_alone || COHORT_MUTANT("skips_of_any_causes")) return true;
  if (skip.head.order_prefix != entry.head.order_prefix) return false;
  for (std::size_t i = 0; i < members_.size(); ++i) {
    if (i != rank_ && skip.head.vector[i] != entry.head.vector[i]) return false;
  }
  return true;
}

void Multicast::add_pending_skip(std::size_t peer) {
  PendingSkip& skip = gathered_[peer].skip;
  if (skip.first == 0) return;
  add(peer, {skip.first, skip.last, skip.epoch, EntryKind::kSkip, 0, 0, {}}, skip.head);
  skip = PendingSkip();
}

void Multicast::add(std::size_t peer, const wire::StreamBatchEncoder::Number& number,
                    const wire::MessageHead& head) {
  wire::StreamBatchEncoder& batch = gathered_[peer].batch;
  if (!batch.empty() && !batch.fits(number.payload.size())) send_batch(peer);
  batch.add(view_, rank_, number, head);
}

void Multicast::send_batch(std::size_t peer) {
  wire::StreamBatchEncoder& batch = gathered_[peer].batch;
  if (!batch.empty()) sessions_.send(members_[peer].site, Channel::kData, batch.take());
}

void Multicast::flush() {
  if (waiting_.due) return flush_all();
  if (waiting_.sites != 0) COHORT_PROBE("stream.skips_wait");
  for (std::size_t peer = 0; peer < gathered_.size(); ++peer) send_batch(peer);
}

void Multicast::flush_all() {
  for (std::size_t peer = 0; peer < gathered_.size(); ++peer) {
    add_pending_skip(peer);
    send_batch(peer);
  }
  waiting_ = Waiting();
}

bool Multicast::receive(std::size_t origin, StreamFrame frame) {
  Stream& stream = streams_[origin];
  if (frame.first != stream.received() + 1) return false;
  for (std::uint64_t number = frame.first; number < frame.number; ++number) {
    StreamEntry skip;
    skip.epoch = frame.epoch;
    // The origin sees to it that the first may wait for what the last waits for (may_extend).
    if (number == frame.first) {
      skip.head.vector = frame.head.vector;
      skip.head.order_prefix = frame.head.order_prefix;
    }
    stream.append(std::move(skip));
  }
  StreamEntry entry;
  entry.kind = frame.kind;
  entry.epoch = frame.epoch;
  entry.head = std::move(frame.head);
  entry.payload = std::move(frame.payload);
  stream.append(std::move(entry));
  return true;
}

wire::SiteVector Multicast::received() const {
  wire::SiteVector vector;
  for (const Stream& stream : streams_) vector.push_back(stream.received());
  return vector;
}

wire::SiteVector Multicast::done() const {
  wire::SiteVector vector;
  for (const Stream& stream : streams_) vector.push_back(stream.done());
  return vector;
}

wire::SiteVector Multicast::named() const {
  wire::SiteVector vector;
  for (const Stream& stream : streams_) vector.push_back(stream.named());
  return vector;
}

void Multicast::free_to(std::size_t origin, std::uint64_t number) {
  streams_[origin].free_to(number);
}

std::optional<StreamFrame> Multicast::frame_of(std::size_t origin, std::uint64_t number,
                                               std::size_t for_rank) const {
  const StreamEntry* entry = streams_[origin].find(number);
  // A site that holds no payload must not pass its skip on: others are destinations.
  if (entry == nullptr || entry->kind == EntryKind::kSkip || entry->kind == EntryKind::kHeader) {
    return std::nullopt;
  }
  EntryKind kind = entry->kind;
  if (kind == EntryKind::kMessage && !wire::contains(entry->head.destination_sites, for_rank)) {
    COHORT_PROBE("view.entry_of_others");
    kind = EntryKind::kSkip;
  }
  StreamFrame frame = make_frame(view_, number, *entry, kind);
  add_payload(frame, *entry, {});
  return frame;
}

}  // namespace cohort::core
