// What sites and clients say to each other, and what the view log holds.
#include <utility>
#include <variant>

#include "fuzz/target.h"
#include "platform/wire/client_protocol.h"
#include "platform/wire/message.h"
#include "platform/wire/peer_protocol.h"
#include "platform/wire/view_records.h"

namespace cohort::fuzz {

namespace {

/// One encoded value of every alternative of a variant.
template <typename Variant, typename Encode>
std::vector<Bytes> one_of_each(const Encode& encode) {
  std::vector<Bytes> seeds;
  const auto add = [&]<std::size_t... I>(std::index_sequence<I...>) {
    (seeds.push_back(encode(Variant(std::in_place_index<I>))), ...);
  };
  add(std::make_index_sequence<std::variant_size_v<Variant>>{});
  return seeds;
}

wire::Message a_message() {
  wire::Message inner;
  inner.set("flag", true).set("real", 1.5).set("bytes", Bytes(3, 7));
  wire::Message outer;
  outer.set("text", "lot L0001").set("number", 42).set("inside", inner);
  outer.set("list", wire::Message::List{inner, inner}).set("who", ProcessId{});
  return outer;
}

Target message() {
  const auto encode = [](const wire::Message& m) { return m.encode(); };
  return {"message",
          [=](ByteView bytes) {
            round_trip(bytes, wire::Message::decode, encode);
            if (const auto m = wire::Message::decode(bytes)) static_cast<void>(m->to_json());
          },
          {a_message().encode(), wire::Message{}.encode()}};
}

Target peer_frame() {
  const auto encode = [](const wire::Envelope& e) {
    return wire::encode_envelope(e.number, e.received, wire::encode(e.frame));
  };
  return {"peer_frame", [=](ByteView bytes) { round_trip(bytes, wire::decode_envelope, encode); },
          one_of_each<wire::PeerFrame>([](wire::PeerFrame frame) {
            // A batch of no numbers is never sent.
            if (auto* batch = std::get_if<wire::StreamBatch>(&frame)) batch->frames.emplace_back();
            return wire::encode_envelope(3, 2, wire::encode(frame));
          })};
}

Target client_request() {
  const auto encode = [](const wire::ClientRequest& r) { return wire::encode(r); };
  return {"client_request",
          [=](ByteView bytes) { round_trip(bytes, wire::decode_client_request, encode); },
          one_of_each<wire::ClientRequest>(encode)};
}

Target client_event() {
  const auto encode = [](const wire::ClientEvent& e) { return wire::encode(e); };
  return {"client_event",
          [=](ByteView bytes) { round_trip(bytes, wire::decode_client_event, encode); },
          one_of_each<wire::ClientEvent>(encode)};
}

Target view_log_record() {
  const auto encode = [](const wire::ViewLogRecord& r) { return wire::encode(r); };
  wire::ViewLogRecord accepted;
  accepted.kind = wire::ViewLogRecord::Kind::kAccepted;
  accepted.view = 4;
  accepted.ballot = {1, 0};
  return {"view_log_record",
          [=](ByteView bytes) { round_trip(bytes, wire::decode_view_log_record, encode); },
          {encode({}), encode(accepted)}};
}

}  // namespace

void add_wire_targets(std::vector<Target>& all) {
  all.push_back(message());
  all.push_back(peer_frame());
  all.push_back(client_request());
  all.push_back(client_event());
  all.push_back(view_log_record());
}

}  // namespace cohort::fuzz
