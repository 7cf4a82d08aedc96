#include "platform/wire/peer_frames.h"

#include "platform/base/limits.h"

namespace cohort::wire {

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
  out.varint(f.settles_ms);
}
void get(Decoder& in, Commit& f) {
  f.view = in.varint();
  f.value = decode_view_value(in);
  f.forming = in.boolean();
  f.settles_ms = in.varint();
  if (f.settles_ms > limits::kSettlesMs) in.fail("a commit that settles too late");
}

void put(Encoder& out, const CommitRequest& f) {
  out.varint(f.view);
}
void get(Decoder& in, CommitRequest& f) {
  f.view = in.varint();
}

void put(Encoder& out, const FormerView& f) {
  encode(out, f.value);
}
void get(Decoder& in, FormerView& f) {
  f.value = decode_view_value(in);
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
  out.varint(f.markers_from);
  out.varint(f.markers);
  encode(out, f.logged);
}
void get(Decoder& in, Logged& f) {
  f.view = in.varint();
  f.markers_from = in.varint();
  f.markers = in.varint();
  f.logged = decode_site_vector(in);
}

}  // namespace cohort::wire
