#include "platform/wire/peer_frames.h"

#include "platform/base/limits.h"
#include "platform/wire/stream_batch.h"

namespace cohort::wire {

void put(Encoder& out, const SessionHello& f) {
  out.site_life(f.self);
  out.site_life(f.peer);
  out.varint(f.received);
  out.text(f.plant);
}
void get(Decoder& in, SessionHello& f) {
  f.self = in.site_life();
  f.peer = in.site_life();
  f.received = in.varint();
  f.plant = in.text(limits::kNameBytes);
}

void put(Encoder& out, const Dead& f) {
  out.site_life(f.life);
  out.varint(f.view);
  out.varint(f.greatest.value);
}
void get(Decoder& in, Dead& f) {
  f.life = in.site_life();
  f.view = in.varint();
  f.greatest.value = static_cast<std::uint16_t>(in.varint());
}

void put(Encoder& out, const Status& f) {
  out.site_life(f.self);
  out.varint(f.view);
  out.zigzag(f.sent_ns);
  out.zigzag(f.echo_ns);
  encode(out, f.received);
  out.varint(f.order_received);
  out.varint(f.delivered_epoch);
  out.varint(f.slow.size());
  for (ProcessId process : f.slow) out.process(process);
  if (f.view != 0) return;
  out.boolean(f.log_blank);
  out.varint(f.log_view);
  out.varint(f.log_members.size());
  for (SiteLife life : f.log_members) out.site_life(life);
  out.varint(f.log_incarnations.size());
  for (SiteLife life : f.log_incarnations) out.site_life(life);
  encode(out, f.log_overrides);
  out.fixed64(f.founders);
  out.varint(f.plant_version);
}
void get(Decoder& in, Status& f) {
  f.self = in.site_life();
  f.view = in.varint();
  f.sent_ns = in.zigzag();
  f.echo_ns = in.zigzag();
  f.received = decode_site_vector(in);
  f.order_received = in.varint();
  f.delivered_epoch = in.varint();
  f.slow.resize(in.count(limits::kClientsPerSite));
  for (ProcessId& process : f.slow) process = in.process();
  if (f.view != 0) return;
  f.log_blank = in.boolean();
  f.log_view = in.varint();
  f.log_members.resize(in.count(limits::kSitesPerPlant));
  for (SiteLife& life : f.log_members) life = in.site_life();
  f.log_incarnations.resize(in.count(limits::kSitesPerPlant));
  for (SiteLife& life : f.log_incarnations) life = in.site_life();
  f.log_overrides = decode_overrides(in);
  f.founders = in.fixed64();
  f.plant_version = in.varint();
}

void get_part(Decoder& in, Bytes& data) {
  const ByteView part = in.bytes(limits::kPartBytes);
  data.assign(part.begin(), part.end());
}

void put(Encoder& out, const StreamFrame& f) {
  out.varint(f.view);
  out.varint(f.epoch);
  out.varint(f.number);
  out.varint(f.number - f.first);
  out.u8(static_cast<std::uint8_t>(f.kind));
  encode(out, f.head.vector);
  out.varint(f.head.order_prefix);
  if (has_head(f.kind)) put_head(out, f.head);
  if (f.kind != EntryKind::kMessage) return;
  out.varint(f.transfer);
  if (f.transfer != 0) out.varint(f.before);
  out.bytes(f.payload);
}
void get(Decoder& in, StreamFrame& f) {
  f.view = in.varint();
  f.epoch = in.varint();
  f.number = in.varint();
  const std::uint64_t before = in.varint();
  if (before >= f.number) in.fail("a stream frame starts before number 1");
  f.first = f.number - before;
  const std::uint8_t kind = in.u8();
  if (kind < 1 || kind > 4) in.fail("unknown kind of stream entry");
  f.kind = static_cast<EntryKind>(kind);
  if (f.kind != EntryKind::kSkip && before != 0) in.fail("only skips cover several numbers");
  f.head.vector = decode_site_vector(in);
  f.head.order_prefix = in.varint();
  if (has_head(f.kind)) get_head(in, f.head);
  if (f.kind != EntryKind::kMessage) return;
  f.transfer = in.varint();
  if (f.transfer != 0) f.before = in.varint();
  if (f.before > limits::kPayloadBytes) in.fail("a payload is beyond its limit");
  get_part(in, f.payload);
}

void put_fragment(Encoder& out, const Fragment& f, ByteView data) {
  out.varint(f.view);
  out.varint(f.transfer);
  out.varint(f.offset);
  out.varint(f.total);
  out.bytes(data);
}
void put(Encoder& out, const Fragment& f) {
  put_fragment(out, f, f.data);
}
void get(Decoder& in, Fragment& f) {
  f.view = in.varint();
  f.transfer = in.varint();
  f.offset = in.varint();
  f.total = in.varint();
  get_part(in, f.data);
}

void put(Encoder& out, const FragmentDrop& f) {
  out.varint(f.view);
  out.varint(f.transfer);
}
void get(Decoder& in, FragmentDrop& f) {
  f.view = in.varint();
  f.transfer = in.varint();
}

void put(Encoder& out, const DirectFrame& f) {
  out.process(f.from);
  out.process(f.to);
  out.u8(f.entry);
  out.varint(f.taken);
  out.bytes(f.data);
}
void get(Decoder& in, DirectFrame& f) {
  f.from = in.process();
  f.to = in.process();
  f.entry = in.u8();
  f.taken = in.varint();
  get_part(in, f.data);
}

void put(Encoder&, const Acknowledgement&) {}
void get(Decoder&, Acknowledgement&) {}

void put(Encoder& out, const OrderFrame& f) {
  out.varint(f.view);
  out.varint(f.first);
  out.varint(f.entries.size());
  for (const OrderEntry& entry : f.entries) encode(out, entry);
}
void get(Decoder& in, OrderFrame& f) {
  f.view = in.varint();
  f.first = in.varint();
  f.entries.resize(in.count(limits::kFrameBytes));
  for (OrderEntry& entry : f.entries) entry = decode_order_entry(in);
}

void put(Encoder& out, const OpeningFrame& f) {
  out.varint(f.view);
  encode(out, f.opening);
}
void get(Decoder& in, OpeningFrame& f) {
  f.view = in.varint();
  f.opening = decode_opening(in);
}

void put(Encoder& out, const OpeningRequest& f) {
  out.varint(f.view);
  out.varint(f.epoch);
}
void get(Decoder& in, OpeningRequest& f) {
  f.view = in.varint();
  f.epoch = in.varint();
}

}  // namespace cohort::wire
