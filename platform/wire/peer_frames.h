/// How each frame between daemons is written and read: one overload of put() and one of get() for
/// each. Private to the wire library; docs/formats/frame.md has the bytes.
#pragma once

#include "platform/wire/codec.h"
#include "platform/wire/peer_protocol.h"

namespace cohort::wire {

/// The frames of this kind carry a MessageHead.
inline bool has_head(EntryKind kind) {
  return kind == EntryKind::kMessage || kind == EntryKind::kHeader;
}

/// As put(), with this data instead of the fragment's own.
void put_fragment(Encoder& out, const Fragment& f, ByteView data);

/// At most limits::kPartBytes.
void get_part(Decoder& in, Bytes& data);

// peer_stream_frames.cpp: of sessions and of what is multicast.
void put(Encoder& out, const SessionHello& f);
void get(Decoder& in, SessionHello& f);
void put(Encoder& out, const Dead& f);
void get(Decoder& in, Dead& f);
void put(Encoder& out, const Status& f);
void get(Decoder& in, Status& f);
void put(Encoder& out, const StreamFrame& f);
void get(Decoder& in, StreamFrame& f);
void put(Encoder& out, const Fragment& f);
void get(Decoder& in, Fragment& f);
void put(Encoder& out, const FragmentDrop& f);
void get(Decoder& in, FragmentDrop& f);
void put(Encoder& out, const DirectFrame& f);
void get(Decoder& in, DirectFrame& f);
void put(Encoder& out, const Acknowledgement& f);
void get(Decoder& in, Acknowledgement& f);
void put(Encoder& out, const OrderFrame& f);
void get(Decoder& in, OrderFrame& f);
void put(Encoder& out, const OpeningFrame& f);
void get(Decoder& in, OpeningFrame& f);
void put(Encoder& out, const OpeningRequest& f);
void get(Decoder& in, OpeningRequest& f);

// peer_view_frames.cpp: of views, epochs, the plant and the logs.
void put(Encoder& out, const ChangeRequest& f);
void get(Decoder& in, ChangeRequest& f);
void put(Encoder& out, const Accusation& f);
void get(Decoder& in, Accusation& f);
void put(Encoder& out, const Wedge& f);
void get(Decoder& in, Wedge& f);
void put(Encoder& out, const WedgeAnswer& f);
void get(Decoder& in, WedgeAnswer& f);
void put(Encoder& out, const WedgeRefusal& f);
void get(Decoder& in, WedgeRefusal& f);
void put(Encoder& out, const Fetch& f);
void get(Decoder& in, Fetch& f);
void put(Encoder& out, const Held& f);
void get(Decoder& in, Held& f);
void put(Encoder& out, const Propose& f);
void get(Decoder& in, Propose& f);
void put(Encoder& out, const Accepted& f);
void get(Decoder& in, Accepted& f);
void put(Encoder& out, const Commit& f);
void get(Decoder& in, Commit& f);
void put(Encoder& out, const CommitRequest& f);
void get(Decoder& in, CommitRequest& f);
void put(Encoder& out, const FormerView& f);
void get(Decoder& in, FormerView& f);
void put(Encoder& out, const EntriesRequest& f);
void get(Decoder& in, EntriesRequest& f);
void put(Encoder& out, const Entries& f);
void get(Decoder& in, Entries& f);
void put(Encoder& out, const EntryPiece& f);
void get(Decoder& in, EntryPiece& f);
void put(Encoder& out, const TableRequest& f);
void get(Decoder& in, TableRequest& f);
void put(Encoder& out, const TableSnapshot& f);
void get(Decoder& in, TableSnapshot& f);
void put(Encoder& out, const LeaveRequest& f);
void get(Decoder& in, LeaveRequest& f);
void put(Encoder& out, const PlantRequest& f);
void get(Decoder& in, PlantRequest& f);
void put(Encoder& out, const PlantUpdate& f);
void get(Decoder& in, PlantUpdate& f);
void put(Encoder& out, const Logged& f);
void get(Decoder& in, Logged& f);

}  // namespace cohort::wire
