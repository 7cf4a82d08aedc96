#include "platform/wire/stream_batch.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "platform/base/assert.h"
#include "platform/base/limits.h"
#include "platform/wire/peer_frames.h"

namespace cohort::wire {

namespace {

// The flags of a number; the two lowest bits are its kind - 1.
constexpr std::uint8_t kKindMask = 3;
constexpr std::uint8_t kPlaceGiven = 4;
constexpr std::uint8_t kVectorGiven = 8;
constexpr std::uint8_t kHeadGiven = 16;
constexpr std::uint8_t kTransferGiven = 32;
constexpr std::uint8_t kAllFlags = 63;

/// What a number may take in a frame beside its payload, and an envelope around it.
constexpr std::size_t kNumberBytes = 64 + 10 * limits::kSitesPerPlant + 16 * limits::kDestinations;

bool same_head(const MessageHead& a, const MessageHead& b) {
  return a.order == b.order && a.safety == b.safety && a.sender == b.sender && a.entry == b.entry &&
         a.destination_sites == b.destination_sites && a.destinations == b.destinations;
}

bool same_past(const MessageHead& a, const MessageHead& b, std::size_t rank) {
  if (a.order_prefix != b.order_prefix || a.vector.size() != b.vector.size()) return false;
  for (std::size_t i = 0; i < a.vector.size(); ++i) {
    if (i != rank && a.vector[i] != b.vector[i]) return false;
  }
  return true;
}

void copy_head(MessageHead& to, const MessageHead& from) {
  to.order = from.order;
  to.safety = from.safety;
  to.sender = from.sender;
  to.destinations = from.destinations;
  to.destination_sites = from.destination_sites;
  to.entry = from.entry;
}

/// Reads the last number of the batch; `headed` is the last one before it that has a head.
void get_number(Decoder& in, StreamBatch& batch, std::optional<std::size_t>& headed) {
  const std::size_t index = batch.frames.size() - 1;
  StreamFrame& frame = batch.frames[index];
  const StreamFrame* const before = index == 0 ? nullptr : &batch.frames[index - 1];
  const std::uint8_t flags = in.u8();
  if (flags > kAllFlags) in.fail("unknown flags of a number");
  frame.kind = static_cast<EntryKind>((flags & kKindMask) + 1);
  if (before == nullptr && (flags & (kPlaceGiven | kVectorGiven)) != (kPlaceGiven | kVectorGiven)) {
    return in.fail("a batch does not say where it begins");
  }
  frame.first = (flags & kPlaceGiven) != 0 ? in.varint() : before->number + 1;
  frame.epoch = (flags & kPlaceGiven) != 0 ? in.varint() : before->epoch;
  frame.number = frame.first + (frame.kind == EntryKind::kSkip ? in.varint() : 0);
  if (frame.first == 0 || frame.number < frame.first) in.fail("a number is 0 or too large");
  if ((flags & kVectorGiven) != 0) {
    frame.head.vector = decode_site_vector(in);
    frame.head.order_prefix = in.varint();
  } else {
    frame.head.vector = before->head.vector;
    frame.head.order_prefix = before->head.order_prefix;
  }
  if (batch.rank >= frame.head.vector.size()) return in.fail("a batch of a site that is not there");
  frame.head.vector[batch.rank] = frame.number - 1;
  if (has_head(frame.kind)) {
    if ((flags & kHeadGiven) != 0) {
      get_head(in, frame.head);
    } else if (!headed) {
      return in.fail("a message without a head");
    } else {
      copy_head(frame.head, batch.frames[*headed].head);
    }
    headed = index;
  }
  if ((flags & kTransferGiven) != 0) {
    frame.transfer = in.varint();
    frame.before = in.varint();
    const bool legal = frame.kind == EntryKind::kMessage && frame.transfer != 0;
    if (!legal || frame.before > limits::kPayloadBytes) in.fail("fragments of no message");
  }
  if (frame.kind == EntryKind::kMessage) {
    const ByteView payload = in.bytes(limits::kPartBytes);
    frame.payload.assign(payload.begin(), payload.end());
  }
}

}  // namespace

void put_head(Encoder& out, const MessageHead& head) {
  out.u8(static_cast<std::uint8_t>(head.order));
  out.u8(static_cast<std::uint8_t>(head.safety));
  out.process(head.sender);
  encode(out, head.destinations);
  out.varint(head.destination_sites);
  out.u8(head.entry);
}

void get_head(Decoder& in, MessageHead& head) {
  const std::uint8_t order = in.u8();
  const std::uint8_t safety = in.u8();
  if (order < 1 || order > 2) in.fail("unknown order of a message");
  if (safety > 2) in.fail("unknown safety of a message");
  head.order = static_cast<Order>(order);
  head.safety = static_cast<Safety>(safety);
  head.sender = in.process();
  head.destinations = decode_destinations(in);
  head.destination_sites = in.varint();
  head.entry = in.u8();
}

bool StreamBatchEncoder::fits(std::size_t payload_bytes) const {
  return count_ < limits::kNumbersPerBatch &&
         out_.size() + payload_bytes + kNumberBytes <= limits::kFrameBytes;
}

void StreamBatchEncoder::add(std::uint64_t view, std::size_t rank, const Number& number,
                             const MessageHead& head) {
  const bool begins = count_ == 0;
  if (begins) {
    out_.u8(static_cast<std::uint8_t>(PeerFrame(StreamBatch{}).index()));
    out_.varint(view);
    out_.varint(rank);
    head_given_ = false;
  }
  const bool place = begins || number.epoch != epoch_;
  const bool past = begins || !same_past(head, head_, rank);
  const bool headed = has_head(number.kind) && (!head_given_ || !same_head(head, head_));
  out_.u8(static_cast<std::uint8_t>((static_cast<unsigned>(number.kind) - 1) |
                                    (place ? kPlaceGiven : 0) | (past ? kVectorGiven : 0) |
                                    (headed ? kHeadGiven : 0) |
                                    (number.transfer != 0 ? kTransferGiven : 0)));
  if (place) {
    out_.varint(number.first);
    out_.varint(number.epoch);
  }
  if (number.kind == EntryKind::kSkip) out_.varint(number.number - number.first);
  if (past) {
    encode(out_, head.vector);
    out_.varint(head.order_prefix);
    head_.vector = head.vector;
    head_.order_prefix = head.order_prefix;
  }
  if (headed) {
    put_head(out_, head);
    copy_head(head_, head);
    head_given_ = true;
  }
  if (number.transfer != 0) {
    out_.varint(number.transfer);
    out_.varint(number.before);
  }
  if (number.kind == EntryKind::kMessage) out_.bytes(number.payload);
  epoch_ = number.epoch;
  ++count_;
}

Bytes StreamBatchEncoder::take() {
  count_ = 0;
  return std::exchange(out_, Encoder()).take();
}

void put(Encoder& out, const StreamBatch& batch) {
  COHORT_ASSERT(!batch.frames.empty(), "a batch has a number");
  StreamBatchEncoder encoder;
  for (const StreamFrame& frame : batch.frames) {
    encoder.add(batch.view, batch.rank,
                {frame.first, frame.number, frame.epoch, frame.kind, frame.transfer, frame.before,
                 frame.payload},
                frame.head);
  }
  out.raw(ByteView(encoder.take()).subspan(1));  // the type is written already
}

void get(Decoder& in, StreamBatch& batch) {
  batch.view = in.varint();
  batch.rank = static_cast<std::uint32_t>(std::min<std::uint64_t>(in.varint(), UINT32_MAX));
  if (in.left() == 0) in.fail("a batch without a number");
  std::optional<std::size_t> headed;
  while (!in.failed() && in.left() > 0) {
    if (batch.frames.size() == limits::kNumbersPerBatch) return in.fail("too many numbers");
    batch.frames.emplace_back().view = batch.view;
    get_number(in, batch, headed);
  }
}

}  // namespace cohort::wire
