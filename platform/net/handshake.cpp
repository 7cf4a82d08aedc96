#include "platform/net/handshake.h"

#include <fmt/format.h>

#include <algorithm>

#include "platform/base/limits.h"
#include "platform/wire/codec.h"

namespace cohort::net {

namespace {
constexpr std::uint32_t kMagic = 0x54524843;        // "CHRT"
constexpr std::uint32_t kAnswerMagic = 0x41524843;  // "CHRA"

std::uint32_t decode_version(wire::Decoder& in) {
  const std::uint64_t version = in.varint();
  if (version > UINT32_MAX) in.fail("a version is too large");
  return static_cast<std::uint32_t>(version);
}

Incarnation decode_life(wire::Decoder& in) {
  const std::uint64_t life = in.varint();
  if (life > UINT16_MAX) in.fail("a life is too large");
  return Incarnation{static_cast<std::uint16_t>(life)};
}

}  // namespace

Bytes encode(const Handshake& handshake) {
  wire::Encoder out;
  out.fixed32(kMagic);
  out.varint(handshake.version_least);
  out.varint(handshake.version_most);
  out.text(handshake.plant);
  out.fixed64(handshake.settings_hash);
  out.varint(handshake.site.value);
  out.u8(static_cast<std::uint8_t>(handshake.purpose));
  out.u8(handshake.path);
  out.varint(handshake.life.value);
  return out.take();
}

Bytes encode(const HandshakeAnswer& answer) {
  wire::Encoder out;
  out.fixed32(kAnswerMagic);
  out.u8(static_cast<std::uint8_t>(answer.code));
  out.text(answer.text);
  if (answer.code == Errc::kOk) {
    out.varint(answer.version);
    out.varint(answer.life.value);
  }
  return out.take();
}

Result<Handshake> decode_handshake(ByteView bytes) {
  wire::Decoder in(bytes);
  if (in.fixed32() != kMagic) in.fail("not the handshake of a Cohort site");
  Handshake handshake;
  handshake.version_least = decode_version(in);
  handshake.version_most = decode_version(in);
  // An other version may say what this one cannot read: its numbers are what will be refused.
  const bool common =
      handshake.version_least <= kWireVersionMost && handshake.version_most >= kWireVersionLeast;
  handshake.plant = in.text(limits::kNameBytes);
  handshake.settings_hash = in.fixed64();
  const std::uint64_t site = in.varint();
  if (site == 0 || site > 0xffff) in.fail("no site number");
  handshake.site = SiteId{static_cast<std::uint16_t>(site)};
  if (!common && !in.failed()) return handshake;
  const std::uint8_t purpose = in.u8();
  if (purpose > static_cast<std::uint8_t>(Purpose::kKnock)) in.fail("unknown purpose");
  handshake.purpose = static_cast<Purpose>(purpose);
  handshake.path = in.u8();
  if (handshake.path >= limits::kPathsPerSite) in.fail("no such path");
  handshake.life = decode_life(in);
  if (const auto finished = in.finish(); !finished) return std::unexpected(finished.error());
  return handshake;
}

Result<HandshakeAnswer> decode_handshake_answer(ByteView bytes) {
  wire::Decoder in(bytes);
  if (in.fixed32() != kAnswerMagic) in.fail("not the answer of a Cohort site");
  HandshakeAnswer answer;
  answer.code = static_cast<Errc>(in.u8());
  answer.text = in.text(limits::kTextBytes);
  // A release that refuses may be an older one, whose answer ends here.
  if (answer.code == Errc::kOk) {
    answer.version = decode_version(in);
    answer.life = decode_life(in);
  }
  if (const auto finished = in.finish(); !finished) return std::unexpected(finished.error());
  return answer;
}

Result<std::uint32_t> check(const Handshake& theirs, const Handshake& ours) {
  const auto from = fmt::format("site {}", theirs.site.value);
  const std::uint32_t version = std::min(theirs.version_most, ours.version_most);
  if (version < std::max(theirs.version_least, ours.version_least)) {
    return make_error(Errc::kVersion,
                      fmt::format("{} speaks versions {} to {}, site {} speaks {} to {}; install "
                                  "the same release at both",
                                  from, theirs.version_least, theirs.version_most, ours.site.value,
                                  ours.version_least, ours.version_most));
  }
  if (theirs.plant != ours.plant) {
    return make_error(Errc::kRefused, fmt::format("{} belongs to plant '{}', site {} to plant '{}'",
                                                  from, theirs.plant, ours.site.value, ours.plant));
  }
  if (theirs.settings_hash != ours.settings_hash) {
    return make_error(Errc::kRefused,
                      fmt::format("{} and site {} differ in plant.id, plant.model or the limits "
                                  "of their releases; give both the same plant file and the same "
                                  "release, and restart",
                                  from, ours.site.value));
  }
  return version;
}

}  // namespace cohort::net
