// The first words of a connection, and the cutting of a byte stream into frames.
#include <algorithm>

#include "fuzz/target.h"
#include "platform/net/frame_decoder.h"
#include "platform/net/handshake.h"

namespace cohort::fuzz {

namespace {

constexpr std::size_t kFrameLimit = 300;

/// All frames of a stream that comes in pieces of these sizes; the last one is "error" where the
/// stream breaks the rules.
std::vector<Bytes> frames_of(ByteView stream, std::size_t piece) {
  net::FrameDecoder decoder(kFrameLimit);
  std::vector<Bytes> frames;
  for (std::size_t from = 0; from < stream.size(); from += piece) {
    decoder.feed(stream.subspan(from, std::min(piece, stream.size() - from)));
    while (true) {
      auto frame = decoder.next();
      if (!frame) {
        frames.push_back(to_bytes("error"));
        return frames;
      }
      if (!*frame) break;
      require(!(*frame)->empty() && (*frame)->size() <= kFrameLimit, "a frame beyond the limits");
      frames.push_back(std::move(**frame));
    }
  }
  return frames;
}

Target frames() {
  Bytes two;
  net::append_frame(two, to_bytes("first"));
  net::append_frame(two, to_bytes("second frame"));
  return {"frames",
          [](ByteView bytes) {
            const auto whole = frames_of(bytes, std::max<std::size_t>(bytes.size(), 1));
            require(frames_of(bytes, 1) == whole, "single bytes make other frames");
            require(frames_of(bytes, 7) == whole, "pieces of seven bytes make other frames");
          },
          {two}};
}

Target handshake() {
  const auto encode = [](const net::Handshake& h) { return net::encode(h); };
  net::Handshake one;
  one.plant = "minifab";
  one.site = SiteId{3};
  // Of another version only the beginning is read: such a one is refused, never encoded again.
  const auto of_ours = [](ByteView bytes) -> Result<net::Handshake> {
    auto decoded = net::decode_handshake(bytes);
    if (decoded && (decoded->version_least > net::kWireVersionMost ||
                    decoded->version_most < net::kWireVersionLeast)) {
      return make_error(Errc::kVersion, "another version");
    }
    return decoded;
  };
  return {"handshake", [=](ByteView bytes) { round_trip(bytes, of_ours, encode); }, {encode(one)}};
}

Target handshake_answer() {
  const auto encode = [](const net::HandshakeAnswer& a) { return net::encode(a); };
  return {"handshake_answer",
          [=](ByteView bytes) { round_trip(bytes, net::decode_handshake_answer, encode); },
          {encode({Errc::kRefused, "another plant", 0, {}}),
           encode({Errc::kOk, "", 4, Incarnation{2}})}};
}

}  // namespace

void add_net_targets(std::vector<Target>& all) {
  all.push_back(frames());
  all.push_back(handshake());
  all.push_back(handshake_answer());
}

}  // namespace cohort::fuzz
