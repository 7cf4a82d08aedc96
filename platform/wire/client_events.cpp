/// The records that a daemon sends to its clients; the clients' are in client_protocol.cpp.
#include <algorithm>

#include "platform/wire/client_fields.h"
#include "platform/wire/client_protocol.h"

namespace cohort::wire {

std::string_view to_string(Departure departure) {
  switch (departure) {
    case Departure::kLeft:
      return "left";
    case Departure::kProcessFailed:
      return "process failed";
    case Departure::kSiteFailed:
      return "site failed";
    case Departure::kKilled:
      return "group killed";
    case Departure::kSlow:
      return "made no progress";
  }
  return "gone";
}

namespace fields {

template <typename Io>
void describe(Io& io, typename Io::template Ref<Welcome> x) {
  io.process(x.process);
  site_view(io, x.sites);
  io.number(x.report);
}
template <typename Io>
void describe(Io& io, typename Io::template Ref<Goodbye> x) {
  error_code(io, x.code);
  io.text(x.reason, limits::kTextBytes);
}
template <typename Io>
void describe(Io& io, typename Io::template Ref<ChangeDone> x) {
  io.number(x.token);
  error_code(io, x.code);
  io.group(x.group);
  io.text(x.text, limits::kTextBytes);
}
template <typename Io>
void describe(Io& io, typename Io::template Ref<LookupDone> x) {
  io.number(x.token);
  error_code(io, x.code);
  group_view(io, x.view);
}
template <typename Io>
void describe(Io& io, typename Io::template Ref<Sent> x) {
  io.number(x.token);
  error_code(io, x.code);
  io.text(x.text, limits::kTextBytes);
  message_id(io, x.id);
  processes(io, x.recipients, limits::kRecipientsPerMulticast);
}
template <typename Io>
void describe_all_but_payload(Io& io, typename Io::template Ref<Deliver> x) {
  message_id(io, x.id);
  io.process(x.sender);
  order(io, x.order);
  io.group(x.group);
  io.number(x.view);
  destinations(io, x.destinations);
  io.byte(x.entry);
  io.rest(x.rest);
}
template <typename Io>
void describe(Io& io, typename Io::template Ref<Deliver> x) {
  describe_all_but_payload<Io>(io, x);
  io.bytes(x.payload, limits::kPartBytes);
}
template <typename Io>
void describe(Io& io, typename Io::template Ref<DeliverPart> x) {
  io.bytes(x.data, limits::kPartBytes);
}
template <typename Io>
void describe(Io& io, typename Io::template Ref<PartsTaken> x) {
  io.number(x.token);
  io.number(x.bytes);
}
template <typename Io>
void describe(Io& io, typename Io::template Ref<View> x) {
  group_view(io, x.view);
  processes(io, x.joined, limits::kMembersPerGroup);
  io.list(x.departed, limits::kMembersPerGroup, [](Io& each, auto& item) {
    each.process(item.first);
    departure(each, item.second);
  });
  io.number(x.settles_ms);
}
template <typename Io>
void describe(Io& io, typename Io::template Ref<ProcessGone> x) {
  io.process(x.process);
  departure(io, x.reason);
}
template <typename Io>
void describe(Io& io, typename Io::template Ref<Sites> x) {
  site_view(io, x.view);
  site_lives(io, x.joined);
  io.list(x.departed, limits::kSitesPerPlant, [](Io& each, auto& item) {
    each.site_life(item.first);
    each.text(item.second, limits::kEvidenceBytes);
  });
}
template <typename Io>
void describe(Io& io, typename Io::template Ref<Serving> x) {
  io.flag(x.serving);
}
template <typename Io>
void describe(Io& io, typename Io::template Ref<FlushDone> x) {
  io.number(x.token);
}
template <typename Io>
void describe(Io& io, typename Io::template Ref<Inspection> x) {
  io.number(x.token);
  io.message(x.answer);
}
template <typename Io>
void describe(Io& io, typename Io::template Ref<Numbered> x) {
  io.number(x.count);
}

template <typename Io>
void describe(Io& io, typename Io::template Ref<Durable> x) {
  message_id(io, x.id);
  io.flag(x.durable);
}

}  // namespace fields

Bytes encode(const ClientEvent& event) {
  return fields::write_record(event);
}

std::size_t append_record(Bytes& out, const ClientEvent& event) {
  return fields::append_framed(out, [&](Encoder& to) { fields::write_record(to, event); });
}

std::size_t append_delivery(Bytes& out, Deliver deliver, ByteView payload, std::size_t part_bytes) {
  constexpr std::size_t kHeadBytes = 64;
  ByteView part = payload.first(std::min(payload.size(), part_bytes));
  deliver.rest = payload.size() - part.size();
  std::size_t bytes = fields::append_framed(out, [&](Encoder& to) {
    to.expect(payload.size() + kHeadBytes * (1 + payload.size() / part_bytes));
    to.u8(fields::kind_of<Deliver>(std::type_identity<ClientEvent>{}));
    fields::Writer io{to};
    fields::describe_all_but_payload(io, deliver);
    to.bytes(part);
  });
  for (std::size_t at = part.size(); at < payload.size(); at += part.size()) {
    part = payload.subspan(at, std::min(payload.size() - at, part_bytes));
    bytes += fields::append_framed(out, [part](Encoder& to) {
      to.u8(fields::kind_of<DeliverPart>(std::type_identity<ClientEvent>{}));
      to.bytes(part);
    });
  }
  return bytes;
}

Result<ClientEvent> decode_client_event(ByteView bytes) {
  return fields::read_record<ClientEvent>(
      bytes, std::make_index_sequence<std::variant_size_v<ClientEvent>>{});
}

}  // namespace cohort::wire
