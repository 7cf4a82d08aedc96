/// The frames between two sites' protocols processes (docs/formats/frame.md).
///
/// Every frame lies in an envelope of the session: its number in the session (0: not numbered, not
/// repeated) and the last number received from the other end. Frames that speak of a view name it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "platform/base/bytes.h"
#include "platform/base/ids.h"
#include "platform/base/result.h"
#include "platform/wire/client_protocol.h"
#include "platform/wire/view_records.h"

namespace cohort::wire {

// ---- session

/// The first frame of both ends on each new connection.
struct SessionHello {
  SiteLife self;
  SiteLife peer;               ///< the life that the sender has been talking to; 0: none yet
  std::uint64_t received = 0;  ///< last number received from that life on this channel
  std::string plant;
};
/// "You have been removed": the receiver stops and comes back as a new incarnation.
struct Dead {
  SiteLife life;
  std::uint64_t view = 0;  ///< of the sender: a site of a view that outranks it does not listen
  Incarnation greatest;    ///< of that site in any view: the next life must be beyond it (W15)
};

/// Heartbeat, echo, acknowledgement: not numbered, never parked, has no colour (E1).
struct Status {
  SiteLife self;
  std::uint64_t view = 0;    ///< 0: joining
  std::int64_t sent_ns = 0;  ///< the sender's clock
  std::int64_t echo_ns = 0;  ///< the receiver's own clock, from its newest Status; 0: no echo
  SiteVector received;       ///< contiguous, per origin; empty while frozen
  std::uint64_t order_received = 0;
  std::uint64_t delivered_epoch = 0;
  std::vector<ProcessId>
      slow;  ///< its clients that take nothing more for now; at most kClientsPerSite
  // What follows is said only where `view` is 0. A joining site's durable past (cold start): the
  // last view committed in its log. A site with a blank log votes only where no site has anything
  // in its log.
  bool log_blank = true;
  std::uint64_t log_view = 0;
  std::vector<SiteLife> log_members;
  Incarnations log_incarnations;
  std::vector<Override> log_overrides;
  std::uint64_t founders = 0;       ///< no view yet: a hash of who may form the first one
  std::uint64_t plant_version = 0;  ///< of the plant record that it knows
};

// ---- streams

/// What a message carries besides its payload.
struct MessageHead {
  Order order = Order::kCausal;
  Safety safety = Safety::kAgreed;
  ProcessId sender;
  Destinations destinations;
  SiteSet destination_sites = 0;
  SiteVector vector;               ///< what the origin had done when it gave the number
  std::uint64_t order_prefix = 0;  ///< places of the order that the origin had passed
  std::uint8_t entry = 0;
  bool operator==(const MessageHead&) const = default;
};

enum class EntryKind : std::uint8_t {
  kMessage = 1,
  kHeader = 2,  ///< an ABCAST's head at a sequencer that is no destination
  kSkip = 3,    ///< a number whose message went elsewhere; the vector is known, the rest is not
  kMarker = 4,  ///< the origin's last number of its epoch
};

/// One number of an origin's stream (or, a skip, several: up to and with `number`).
struct StreamFrame {
  std::uint64_t view = 0;
  std::uint64_t epoch = 0;  ///< the colour of the number
  std::uint64_t number = 0;
  std::uint64_t first = 0;  ///< == number but for skips
  EntryKind kind = EntryKind::kMessage;
  MessageHead head;
  std::uint64_t transfer = 0;  ///< a large message: the fragments that came before; 0: none
  std::uint64_t before = 0;    ///< how many bytes of the payload came in these fragments
  Bytes payload;
};
/// Consecutive numbers of the sender's stream, oldest first: what it numbered in one step.
struct StreamBatch {
  std::uint64_t view = 0;
  std::uint32_t rank = 0;  ///< the sender's, in the view
  std::vector<StreamFrame> frames;
};
/// The next bytes of a large message that has no number yet (H16, E9): has no colour.
struct Fragment {
  std::uint64_t view = 0;
  std::uint64_t transfer = 0;  ///< from 1 in each life of the origin
  std::uint64_t offset = 0;
  std::uint64_t total = 0;  ///< length of the whole payload
  Bytes data;
};
/// The large message will not be for the receiver after all.
struct FragmentDrop {
  std::uint64_t view = 0;
  std::uint64_t transfer = 0;
};
/// Order records: the places first, first + 1, ...
struct OrderFrame {
  std::uint64_t view = 0;
  std::uint64_t first = 0;
  std::vector<OrderEntry> entries;
};
struct OpeningFrame {
  std::uint64_t view = 0;
  Opening opening;
};
/// "I have a frame of your epoch and not its opening" (E10).
struct OpeningRequest {
  std::uint64_t view = 0;
  std::uint64_t epoch = 0;
};
struct ChangeRequest {
  std::uint64_t view = 0;
  Change change;
};

// ---- site views

/// "I suspect these sites": to the coordinator, or forwarded to an elder.
struct Accusation {
  std::uint64_t view = 0;
  SiteLife accuser;
  std::vector<Removal> suspects;
};
struct Wedge {
  std::uint64_t view = 0;  ///< the view that is to be succeeded
  Ballot ballot;
  bool forming = false;  ///< cold start: sites count, lives do not
};
struct WedgeAnswer {
  std::uint64_t view = 0;
  Ballot ballot;
  bool joining = false;  ///< the answering site is no member and asks to be one
  Report report;
  std::optional<Acceptance> accepted;
  PlantRecord plant =
      {};  ///< where a first view is formed: the newest that the answering site knows
};
struct WedgeRefusal {
  std::uint64_t view = 0;
  Ballot ballot;
  Ballot promised;  ///< equal to `ballot`: refused because an elder is not suspected
};
/// Fetch what the value names; answer Held.
struct Fetch {
  std::uint64_t view = 0;
  Ballot ballot;
  ViewValue value;
};
struct Held {
  std::uint64_t view = 0;
  Ballot ballot;
};
struct Propose {
  std::uint64_t view = 0;
  Ballot ballot;
  ViewValue value;
  bool forming = false;
};
struct Accepted {
  std::uint64_t view = 0;
  Ballot ballot;
  /// How long ago the acceptor last echoed each site that the value drops (E6).
  std::vector<std::pair<SiteId, std::int64_t>> last_echo_ago_ns;
};
struct Commit {
  std::uint64_t view = 0;
  ViewValue value;
  bool forming = false;
  /// How long after the commit processes at the sites that it drops may still act, at most: what
  /// others do in their place waits so long (E7). 0 where their leases are over.
  std::uint64_t settles_ms = 0;
};
/// "I am in view `view`, you in a later one": answered by Commit.
struct CommitRequest {
  std::uint64_t view = 0;
};
/// The last view that the sender's log knows to be decided, while none works: to a site whose own
/// log ends before it.
struct FormerView {
  ViewValue value;
};
/// Entries of the old view's streams; answered by Entries.
struct EntriesRequest {
  std::uint64_t view = 0;
  std::vector<StreamPlace> places;
};
struct Entries {
  std::uint64_t view = 0;
  std::vector<std::pair<std::uint32_t, StreamFrame>> entries;  ///< with the origin's rank
};
/// A large entry of the old view's streams, a piece at a time; `entry` has everything but its
/// payload.
struct EntryPiece {
  std::uint64_t view = 0;
  std::uint32_t origin = 0;
  std::uint64_t offset = 0;
  std::uint64_t total = 0;
  Bytes data;
  StreamFrame entry;
};
/// Bytes of one process for another, on the transfer channel; belongs to no view.
struct DirectFrame {
  ProcessId from;
  ProcessId to;
  std::uint8_t entry = 0;
  std::uint64_t taken = 0;
  Bytes data;
};
/// "All that you sent has come": nothing but its envelope.
struct Acknowledgement {};
/// A joined site asks for the group table at the start of the view.
struct TableRequest {
  std::uint64_t view = 0;
};
struct TableSnapshot {
  std::uint64_t view = 0;
  Bytes table;
};
/// An orderly stop: the site asks to be left out of the next view.
struct LeaveRequest {
  std::uint64_t view = 0;
};

// ---- hosts and timers

/// An operator's request, to the coordinator of the view.
struct PlantRequest {
  std::uint64_t view = 0;
  PlantRequestId id;
  PlantChange change;
};
/// The plant as its members know it, to a site that wants to join and may know one address only.
struct PlantUpdate {
  PlantRecord record;
};

// ---- durable updates

/// What durable updates the sender has on its disk (core/durable_log.h).
struct Logged {
  std::uint64_t view = 0;
  /// It has the markers of the view's epochs from `markers_from` up to, and not with, `markers`.
  std::uint64_t markers_from = 0;
  std::uint64_t markers = 0;
  SiteVector logged;  ///< by origin: updates up to this number
};

using PeerFrame =
    std::variant<SessionHello, Dead, Status, StreamBatch, OrderFrame, OpeningFrame, OpeningRequest,
                 ChangeRequest, Accusation, Wedge, WedgeAnswer, WedgeRefusal, Fetch, Held, Propose,
                 Accepted, Commit, CommitRequest, EntriesRequest, Entries, TableRequest,
                 TableSnapshot, LeaveRequest, Fragment, FragmentDrop, EntryPiece, Acknowledgement,
                 DirectFrame, PlantRequest, PlantUpdate, Logged, FormerView>;

struct Envelope {
  std::uint64_t number = 0;    ///< in the session, from 1; 0: not numbered
  std::uint64_t received = 0;  ///< acknowledges the other direction
  PeerFrame frame;
};

Bytes encode(const PeerFrame& frame);
/// As encode() of the fragment with this data instead of its own.
Bytes encode_fragment(const Fragment& fragment, ByteView data);
/// The frame inside its envelope.
Bytes encode_envelope(std::uint64_t number, std::uint64_t received, ByteView frame);
/// Errors: kMalformed, kLimit.
Result<Envelope> decode_envelope(ByteView bytes);

}  // namespace cohort::wire
