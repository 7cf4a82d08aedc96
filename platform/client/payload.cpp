#include "platform/client/payload.h"

#include "platform/wire/codec.h"

namespace cohort::client {

namespace {

constexpr std::size_t kHeaderRoom = 64;  ///< more than any header takes

void write_header(wire::Encoder& out, const PayloadHeader& header) {
  out.u8(static_cast<std::uint8_t>(header.kind));
  if (header.kind != PayloadKind::kPlain) out.varint(header.number);
  if (!header.is_reply()) return;
  out.process(header.caller);
  out.site_life(header.request.origin);
  out.varint(header.request.view);
  out.varint(header.request.number);
}

}  // namespace

std::size_t payload_size(const PayloadHeader& header, const wire::Message& message) {
  wire::Encoder out;
  write_header(out, header);
  return out.size() + message.encoded_size();
}

Bytes encode_payload(const PayloadHeader& header, const wire::Message& message) {
  wire::Encoder out;
  // A message may be very long: it is written once, where it stays.
  out.expect(kHeaderRoom + message.encoded_size());
  write_header(out, header);
  message.encode_to(out);
  return out.take();
}

Result<Payload> decode_payload(ByteView bytes) {
  wire::Decoder in(bytes);
  Payload payload;
  const std::uint8_t kind = in.u8();
  if (kind > static_cast<std::uint8_t>(PayloadKind::kTagged)) {
    return make_error(Errc::kMalformed, "a payload is of an unknown kind");
  }
  payload.header.kind = static_cast<PayloadKind>(kind);
  if (payload.header.kind != PayloadKind::kPlain) payload.header.number = in.varint();
  if (payload.header.is_reply()) {
    payload.header.caller = in.process();
    payload.header.request.origin = in.site_life();
    payload.header.request.view = in.varint();
    payload.header.request.number = in.varint();
  }
  if (in.failed()) return make_error(Errc::kMalformed, "a payload's header ends too early");
  auto message = wire::Message::decode(in.rest());
  if (!message) return std::unexpected(message.error());
  payload.message = std::move(*message);
  return payload;
}

}  // namespace cohort::client
