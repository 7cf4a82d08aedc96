#include "platform/wire/peer_protocol.h"

#include "platform/base/limits.h"
#include "platform/wire/stream_batch.h"

namespace cohort::wire {

namespace {

// Each frame has one overload of put() and one of get(); the frame's index in PeerFrame is its
// type.

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

bool has_head(EntryKind kind) {
  return kind == EntryKind::kMessage || kind == EntryKind::kHeader;
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

void put(Encoder& out, const Fragment& f) {
  out.varint(f.view);
  out.varint(f.transfer);
  out.varint(f.offset);
  out.varint(f.total);
  out.bytes(f.data);
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

void put(Encoder& out, const ChangeRequest& f) {
  out.varint(f.view);
  encode(out, f.change);
}
void get(Decoder& in, ChangeRequest& f) {
  f.view = in.varint();
  f.change = decode_change(in);
}

void put(Encoder& out, const Accusation& f) {
  out.varint(f.view);
  out.site_life(f.accuser);
  out.varint(f.suspects.size());
  for (const Removal& suspect : f.suspects) encode(out, suspect);
}
void get(Decoder& in, Accusation& f) {
  f.view = in.varint();
  f.accuser = in.site_life();
  f.suspects.resize(in.count(limits::kSitesPerPlant));
  for (Removal& suspect : f.suspects) suspect = decode_removal(in);
}

void put(Encoder& out, const Wedge& f) {
  out.varint(f.view);
  encode(out, f.ballot);
  out.boolean(f.forming);
}
void get(Decoder& in, Wedge& f) {
  f.view = in.varint();
  f.ballot = decode_ballot(in);
  f.forming = in.boolean();
}

void put(Encoder& out, const WedgeAnswer& f) {
  out.varint(f.view);
  encode(out, f.ballot);
  out.boolean(f.joining);
  encode(out, f.report);
  out.boolean(f.accepted.has_value());
  if (f.accepted) {
    encode(out, f.accepted->ballot);
    encode(out, f.accepted->value);
  }
  encode(out, f.plant);
}
void get(Decoder& in, WedgeAnswer& f) {
  f.view = in.varint();
  f.ballot = decode_ballot(in);
  f.joining = in.boolean();
  f.report = decode_report(in);
  if (in.boolean()) {
    f.accepted.emplace();
    f.accepted->ballot = decode_ballot(in);
    f.accepted->value = decode_view_value(in);
  }
  f.plant = decode_plant_record(in);
}

void put(Encoder& out, const WedgeRefusal& f) {
  out.varint(f.view);
  encode(out, f.ballot);
  encode(out, f.promised);
}
void get(Decoder& in, WedgeRefusal& f) {
  f.view = in.varint();
  f.ballot = decode_ballot(in);
  f.promised = decode_ballot(in);
}

void put(Encoder& out, const Fetch& f) {
  out.varint(f.view);
  encode(out, f.ballot);
  encode(out, f.value);
}
void get(Decoder& in, Fetch& f) {
  f.view = in.varint();
  f.ballot = decode_ballot(in);
  f.value = decode_view_value(in);
}

void put(Encoder& out, const Held& f) {
  out.varint(f.view);
  encode(out, f.ballot);
}
void get(Decoder& in, Held& f) {
  f.view = in.varint();
  f.ballot = decode_ballot(in);
}

void put(Encoder& out, const Propose& f) {
  out.varint(f.view);
  encode(out, f.ballot);
  encode(out, f.value);
  out.boolean(f.forming);
}
void get(Decoder& in, Propose& f) {
  f.view = in.varint();
  f.ballot = decode_ballot(in);
  f.value = decode_view_value(in);
  f.forming = in.boolean();
}

void put(Encoder& out, const Accepted& f) {
  out.varint(f.view);
  encode(out, f.ballot);
  out.varint(f.last_echo_ago_ns.size());
  for (const auto& [site, ago] : f.last_echo_ago_ns) {
    out.varint(site.value);
    out.zigzag(ago);
  }
}
void get(Decoder& in, Accepted& f) {
  f.view = in.varint();
  f.ballot = decode_ballot(in);
  f.last_echo_ago_ns.resize(in.count(limits::kSitesPerPlant));
  for (auto& [site, ago] : f.last_echo_ago_ns) {
    site.value = static_cast<std::uint16_t>(in.varint());
    ago = in.zigzag();
  }
}

void put(Encoder& out, const Commit& f) {
  out.varint(f.view);
  encode(out, f.value);
  out.boolean(f.forming);
}
void get(Decoder& in, Commit& f) {
  f.view = in.varint();
  f.value = decode_view_value(in);
  f.forming = in.boolean();
}

void put(Encoder& out, const CommitRequest& f) {
  out.varint(f.view);
}
void get(Decoder& in, CommitRequest& f) {
  f.view = in.varint();
}

void put(Encoder& out, const EntriesRequest& f) {
  out.varint(f.view);
  out.varint(f.places.size());
  for (const StreamPlace& place : f.places) {
    out.varint(place.origin);
    out.varint(place.number);
  }
}
void get(Decoder& in, EntriesRequest& f) {
  f.view = in.varint();
  f.places.resize(in.count(limits::kFrameBytes));
  for (StreamPlace& place : f.places) {
    place.origin = static_cast<std::uint32_t>(in.varint());
    place.number = in.varint();
  }
}

void put(Encoder& out, const Entries& f) {
  out.varint(f.view);
  out.varint(f.entries.size());
  for (const auto& [origin, entry] : f.entries) {
    out.varint(origin);
    put(out, entry);
  }
}
void get(Decoder& in, Entries& f) {
  f.view = in.varint();
  f.entries.resize(in.count(limits::kFrameBytes));
  for (auto& [origin, entry] : f.entries) {
    origin = static_cast<std::uint32_t>(in.varint());
    get(in, entry);
    if (in.failed()) return;
  }
}

void put(Encoder& out, const EntryPiece& f) {
  out.varint(f.view);
  out.varint(f.origin);
  out.varint(f.offset);
  out.varint(f.total);
  out.bytes(f.data);
  put(out, f.entry);
}
void get(Decoder& in, EntryPiece& f) {
  f.view = in.varint();
  f.origin = static_cast<std::uint32_t>(in.varint());
  f.offset = in.varint();
  f.total = in.varint();
  if (f.total > limits::kPayloadBytes) in.fail("a payload is beyond its limit");
  get_part(in, f.data);
  get(in, f.entry);
}

void put(Encoder& out, const TableRequest& f) {
  out.varint(f.view);
}
void get(Decoder& in, TableRequest& f) {
  f.view = in.varint();
}

void put(Encoder& out, const TableSnapshot& f) {
  out.varint(f.view);
  out.bytes(f.table);
}
void get(Decoder& in, TableSnapshot& f) {
  f.view = in.varint();
  const ByteView table = in.bytes(limits::kSnapshotFrameBytes);
  f.table.assign(table.begin(), table.end());
}

void put(Encoder& out, const LeaveRequest& f) {
  out.varint(f.view);
}
void get(Decoder& in, LeaveRequest& f) {
  f.view = in.varint();
}

void put(Encoder& out, const PlantRequest& f) {
  out.varint(f.view);
  encode(out, f.id);
  encode(out, f.change);
}
void get(Decoder& in, PlantRequest& f) {
  f.view = in.varint();
  f.id = decode_plant_request_id(in);
  f.change = decode_plant_change(in);
}

void put(Encoder& out, const PlantUpdate& f) {
  encode(out, f.record);
}
void get(Decoder& in, PlantUpdate& f) {
  f.record = decode_plant_record(in);
}

void put(Encoder& out, const Logged& f) {
  out.varint(f.view);
  out.varint(f.markers);
  encode(out, f.logged);
}
void get(Decoder& in, Logged& f) {
  f.view = in.varint();
  f.markers = in.varint();
  f.logged = decode_site_vector(in);
}

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
