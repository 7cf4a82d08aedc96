/// The records that clients send; the daemon's are in client_events.cpp.
#include "platform/wire/client_protocol.h"

#include "platform/wire/client_fields.h"

namespace cohort::wire {

namespace fields {

template <typename Io>
void describe(Io& io, typename Io::template Ref<Hello> x) {
  io.version(x.version);
  io.text(x.program, limits::kNameBytes);
  io.number(x.unix_pid);
}
template <typename Io>
void describe(Io& io, typename Io::template Ref<CreateGroup> x) {
  io.number(x.token);
  io.text(x.name, limits::kNameBytes);
}
template <typename Io>
void describe(Io& io, typename Io::template Ref<JoinGroup> x) {
  io.number(x.token);
  io.text(x.name, limits::kNameBytes);
  io.flag(x.create);
  io.bytes(x.credentials, limits::kTextBytes);
}
template <typename Io>
void describe(Io& io, typename Io::template Ref<LeaveGroup> x) {
  io.number(x.token);
  io.group(x.group);
}
template <typename Io>
void describe(Io& io, typename Io::template Ref<KillGroup> x) {
  io.number(x.token);
  io.group(x.group);
}
template <typename Io>
void describe(Io& io, typename Io::template Ref<Lookup> x) {
  io.number(x.token);
  io.text(x.name, limits::kNameBytes);
}
template <typename Io>
void describe(Io& io, typename Io::template Ref<Monitor> x) {
  io.group(x.group);
  io.flag(x.on);
}
template <typename Io>
void describe(Io& io, typename Io::template Ref<Multicast> x) {
  io.number(x.token);
  order(io, x.order);
  io.choice(x.safety, Safety::kAgreed, Safety::kDurable);
  destinations(io, x.destinations);
  io.byte(x.entry);
  io.flag(x.quiet);
  io.flag(x.reply);
  io.rest(x.rest);
  io.bytes(x.payload, limits::kPartBytes);
}
template <typename Io>
void describe(Io& io, typename Io::template Ref<MulticastPart> x) {
  io.number(x.token);
  io.bytes(x.data, limits::kPartBytes);
}
template <typename Io>
void describe(Io& io, typename Io::template Ref<Flush> x) {
  io.number(x.token);
}
template <typename Io>
void describe(Io& io, typename Io::template Ref<Inspect> x) {
  io.number(x.token);
  io.text(x.what, limits::kNameBytes);
  io.text(x.argument, limits::kTextBytes);
}
template <typename Io>
void describe(Io& io, typename Io::template Ref<Consumed> x) {
  io.number(x.bytes);
}
template <typename Io>
void describe(Io& io, typename Io::template Ref<ChangePlant> x) {
  io.number(x.token);
  io.bytes(x.change, limits::kTextBytes);
}
template <typename Io>
void describe(Io& io, typename Io::template Ref<ForceForm> x) {
  io.number(x.token);
  io.text(x.reason, limits::kEvidenceBytes / 2);
}
template <typename Io>
void describe(Io& io, typename Io::template Ref<BeginLog> x) {
  io.number(x.token);
  io.group(x.group);
}
template <typename Io>
void describe(Io& io, typename Io::template Ref<Checkpoint> x) {
  io.number(x.token);
  io.group(x.group);
  io.flag(x.more);
  io.bytes(x.state, limits::kPartBytes);
}

}  // namespace fields

Bytes encode(const ClientRequest& request) {
  return fields::write_record(request);
}

std::size_t append_record(Bytes& out, const ClientRequest& request) {
  return fields::append_framed(out, [&](Encoder& to) { fields::write_record(to, request); });
}

Result<ClientRequest> decode_client_request(ByteView bytes) {
  return fields::read_record<ClientRequest>(
      bytes, std::make_index_sequence<std::variant_size_v<ClientRequest>>{});
}

}  // namespace cohort::wire
