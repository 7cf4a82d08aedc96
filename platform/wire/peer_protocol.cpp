#include "platform/wire/peer_protocol.h"

#include "platform/base/limits.h"
#include "platform/wire/peer_frames.h"
#include "platform/wire/stream_batch.h"

namespace cohort::wire {

namespace {

// The frame's index in PeerFrame is its type.
template <std::size_t Index = 0>
PeerFrame decode_type(Decoder& in, std::size_t type) {
  if constexpr (Index == std::variant_size_v<PeerFrame>) {
    in.fail("unknown type of frame");
    return Dead{};
  } else {
    if (type != Index) return decode_type<Index + 1>(in, type);
    std::variant_alternative_t<Index, PeerFrame> frame;
    get(in, frame);
    return frame;
  }
}

}  // namespace

Bytes encode(const PeerFrame& frame) {
  Encoder out;
  out.u8(static_cast<std::uint8_t>(frame.index()));
  std::visit([&out](const auto& f) { put(out, f); }, frame);
  return out.take();
}

Bytes encode_fragment(const Fragment& fragment, ByteView data) {
  constexpr std::size_t kHead = 64;
  Encoder out;
  out.expect(kHead + data.size());
  out.u8(static_cast<std::uint8_t>(PeerFrame(Fragment{}).index()));
  put_fragment(out, fragment, data);
  return out.take();
}

Bytes encode_envelope(std::uint64_t number, std::uint64_t received, ByteView frame) {
  Encoder out;
  out.varint(number);
  out.varint(received);
  Bytes bytes = out.take();
  bytes.insert(bytes.end(), frame.begin(), frame.end());
  return bytes;
}

Result<Envelope> decode_envelope(ByteView bytes) {
  if (bytes.size() > limits::kSnapshotFrameBytes) {
    return make_error(Errc::kLimit, "a frame is beyond its limit");
  }
  Decoder in(bytes);
  Envelope envelope;
  envelope.number = in.varint();
  envelope.received = in.varint();
  envelope.frame = decode_type(in, in.u8());
  if (auto done = in.finish(); !done) return std::unexpected(done.error());
  return envelope;
}

}  // namespace cohort::wire
