#include "platform/core/multicast.h"

#include <utility>

#include "platform/base/instrument.h"

namespace cohort::core {

using wire::EntryKind;
using wire::StreamFrame;

namespace {

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
  skips_.assign(members.size(), PendingSkip());
}

std::uint64_t Multicast::number(wire::MessageHead head, Bytes payload, std::uint64_t epoch,
                                std::uint64_t order_prefix, FragmentSender::Tail tail) {
  StreamEntry entry;
  entry.kind = EntryKind::kMessage;
  entry.epoch = epoch;
  entry.head = std::move(head);
  entry.head.vector = done();
  entry.head.vector[rank_] = streams_[rank_].received();
  entry.head.order_prefix = order_prefix;
  entry.payload = std::move(payload);
  return append_own(std::move(entry), tail);
}

void Multicast::number_marker(std::uint64_t epoch, std::uint64_t order_prefix) {
  StreamEntry entry;
  entry.kind = EntryKind::kMarker;
  entry.epoch = epoch;
  entry.head.vector = done();
  entry.head.vector[rank_] = streams_[rank_].received();
  entry.head.order_prefix = order_prefix;
  append_own(std::move(entry), {});
}

std::uint64_t Multicast::append_own(StreamEntry entry, FragmentSender::Tail tail) {
  const std::uint64_t number = streams_[rank_].received() + 1;
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
    flush_skip(peer);
    StreamFrame frame = make_frame(view_, number, entry, kind);
    add_payload(frame, entry, tail);
    sessions_.send(members_[peer].site, Channel::kData, frame);
  }
}

void Multicast::add_skip(std::size_t peer, std::uint64_t number, const StreamEntry& entry) {
  PendingSkip& skip = skips_[peer];
  if (skip.first != 0 && skip.epoch != entry.epoch) flush_skip(peer);
  if (skip.first == 0) skip.first = number;
  skip.last = number;
  skip.epoch = entry.epoch;
  skip.vector = entry.head.vector;
  skip.order_prefix = entry.head.order_prefix;
}

void Multicast::flush_skip(std::size_t peer) {
  PendingSkip& skip = skips_[peer];
  if (skip.first == 0) return;
  StreamFrame frame;
  frame.view = view_;
  frame.epoch = skip.epoch;
  frame.first = skip.first;
  frame.number = skip.last;
  frame.kind = EntryKind::kSkip;
  frame.head.vector = std::move(skip.vector);
  frame.head.order_prefix = skip.order_prefix;
  skip = PendingSkip();
  sessions_.send(members_[peer].site, Channel::kData, frame);
}

void Multicast::flush_skips() {
  for (std::size_t peer = 0; peer < skips_.size(); ++peer) flush_skip(peer);
}

bool Multicast::receive(std::size_t origin, StreamFrame frame) {
  Stream& stream = streams_[origin];
  if (frame.first != stream.received() + 1) return false;
  for (std::uint64_t number = frame.first; number < frame.number; ++number) {
    StreamEntry skip;
    skip.epoch = frame.epoch;
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
    kind = EntryKind::kSkip;
  }
  StreamFrame frame = make_frame(view_, number, *entry, kind);
  add_payload(frame, *entry, {});
  return frame;
}

}  // namespace cohort::core
