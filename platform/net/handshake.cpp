#include "platform/net/handshake.h"

#include <fmt/format.h>

#include "platform/base/limits.h"
#include "platform/wire/codec.h"

namespace cohort::net {

namespace {
constexpr std::uint32_t kMagic = 0x54524843;        // "CHRT"
constexpr std::uint32_t kAnswerMagic = 0x41524843;  // "CHRA"
}  // namespace

Bytes encode(const Handshake& handshake) {
  wire::Encoder out;
  out.fixed32(kMagic);
  out.varint(handshake.version);
  out.text(handshake.plant);
  out.fixed64(handshake.settings_hash);
  out.varint(handshake.site.value);
  out.u8(static_cast<std::uint8_t>(handshake.purpose));
  return out.take();
}

Bytes encode(const HandshakeAnswer& answer) {
  wire::Encoder out;
  out.fixed32(kAnswerMagic);
  out.u8(static_cast<std::uint8_t>(answer.code));
  out.text(answer.text);
  return out.take();
}

Result<Handshake> decode_handshake(ByteView bytes) {
  wire::Decoder in(bytes);
  if (in.fixed32() != kMagic) in.fail("not the handshake of a Cohort site");
  Handshake handshake;
  handshake.version = static_cast<std::uint32_t>(in.varint());
  handshake.plant = in.text(limits::kNameBytes);
  handshake.settings_hash = in.fixed64();
  const std::uint64_t site = in.varint();
  if (site == 0 || site > 0xffff) in.fail("no site number");
  handshake.site = SiteId{static_cast<std::uint16_t>(site)};
  const std::uint8_t purpose = in.u8();
  if (purpose > static_cast<std::uint8_t>(Purpose::kKnock)) in.fail("unknown purpose");
  handshake.purpose = static_cast<Purpose>(purpose);
  // A later version may say more than this one can read: its number is what will be refused.
  if (handshake.version != kWireVersion && !in.failed()) return handshake;
  if (const auto finished = in.finish(); !finished) return std::unexpected(finished.error());
  return handshake;
}

Result<HandshakeAnswer> decode_handshake_answer(ByteView bytes) {
  wire::Decoder in(bytes);
  if (in.fixed32() != kAnswerMagic) in.fail("not the answer of a Cohort site");
  HandshakeAnswer answer;
  answer.code = static_cast<Errc>(in.u8());
  answer.text = in.text(limits::kTextBytes);
  if (const auto finished = in.finish(); !finished) return std::unexpected(finished.error());
  return answer;
}

Result<void> check(const Handshake& theirs, const Handshake& ours) {
  const auto from = fmt::format("site {}", theirs.site.value);
  if (theirs.version != ours.version) {
    return make_error(Errc::kVersion,
                      fmt::format("{} speaks version {}, site {} speaks version {}; install the "
                                  "same release at both",
                                  from, theirs.version, ours.site.value, ours.version));
  }
  if (theirs.plant != ours.plant) {
    return make_error(Errc::kRefused, fmt::format("{} belongs to plant '{}', site {} to plant '{}'",
                                                  from, theirs.plant, ours.site.value, ours.plant));
  }
  if (theirs.settings_hash != ours.settings_hash) {
    return make_error(Errc::kRefused,
                      fmt::format("the plant files of {} and site {} differ in name, model or "
                                  "sites; copy one to the other and restart it",
                                  from, ours.site.value));
  }
  return {};
}

}  // namespace cohort::net
