/// What a client process and its site's daemon say to each other, one record a frame, over a link
/// that keeps order and boundaries (docs/formats/client-protocol.md).
///
/// The daemon stamps every sender's address from the connection (P53); nothing here names a sender.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "platform/base/bytes.h"
#include "platform/base/ids.h"
#include "platform/base/result.h"
#include "platform/base/small_vector.h"
#include "platform/wire/message.h"

namespace cohort::wire {

inline constexpr std::uint32_t kClientProtocolVersion = 3;

/// The multicast primitives, weakest first (paper section 3.1).
enum class Order : std::uint8_t {
  kCausal = 1,  ///< CBCAST: respects potential causality, also across groups and through replies
  kTotal = 2,   ///< ABCAST: moreover in one order at all overlapping destinations
  kGlobal = 3,  ///< GBCAST: ordered relative to everything, by an epoch; to exactly one group
};

/// What a multicast promises about survival (platform rulings 4 and 9).
enum class Safety : std::uint8_t {
  kAgreed = 0,  ///< delivered as soon as the order allows
  kSafe = 1,    ///< delivered once the data and its order are held by all member sites (P32)
  /// Safe, and later told whether it is on the disks of more than half of the group's logging
  /// members (Durable). Only ABCASTs to exactly one group.
  kDurable = 2,
};

/// A list that mixes groups and processes; a process reached twice gets one copy.
struct Destinations {
  SmallVector<GroupId, 2> groups;
  SmallVector<ProcessId, 2> processes;
  bool operator==(const Destinations&) const = default;
};

/// Identifies a multicast for the life of the system: its origin site's life, view and number.
struct MessageId {
  SiteLife origin;
  std::uint64_t view = 0;
  std::uint64_t number = 0;
  auto operator<=>(const MessageId&) const = default;
};

/// A group's membership, the same at all who see `number` (P12, P13).
struct GroupView {
  GroupId group;
  std::string name;
  std::uint64_t number = 0;        ///< from 1; grows by one with each change of the membership
  std::vector<ProcessId> members;  ///< oldest first: the index is the rank
  bool operator==(const GroupView&) const = default;
};

/// The plant's sites as this site's current view has them.
struct SiteView {
  std::uint64_t number = 0;       ///< from 1
  std::vector<SiteLife> members;  ///< oldest first
  bool operator==(const SiteView&) const = default;
};

/// Why a process or a site is no longer there.
enum class Departure : std::uint8_t {
  kLeft = 1,           ///< it asked to leave
  kProcessFailed = 2,  ///< its link to the daemon closed: it exited or was killed
  kSiteFailed = 3,     ///< its site was removed from the site view
  kKilled = 4,         ///< its group was killed
  kSlow = 5,           ///< it made no progress for limits::kSlowMember
};
/// "left", "process failed", "site failed", "group killed", "made no progress".
std::string_view to_string(Departure departure);

// ---- client -> daemon -------------------------------------------------------------------------

struct Hello {
  std::uint32_t version = kClientProtocolVersion;
  std::string program;         ///< for people: "emulsion"
  std::uint64_t unix_pid = 0;  ///< for people: never an identity
};
/// Answered by ChangeDone: kAlreadyExists where the name is taken.
struct CreateGroup {
  std::uint64_t token = 0;
  std::string name;
};
/// Answered by ChangeDone (kUnknownGroup ...); on success the View that lists the caller, last, has
/// been delivered before. With `create`, a group that does not exist is created with the caller.
struct JoinGroup {
  std::uint64_t token = 0;
  std::string name;
  bool create = false;
  Bytes credentials;
};
struct LeaveGroup {
  std::uint64_t token = 0;
  GroupId group;
};
/// All members are killed: their daemons close their links with Departure::kKilled.
struct KillGroup {
  std::uint64_t token = 0;
  GroupId group;
};
/// Answered by LookupDone from the local table.
struct Lookup {
  std::uint64_t token = 0;
  std::string name;
};
/// From now on every View of the group is delivered, to a non-member the current one first (at
/// once).
struct Monitor {
  GroupId group;
  bool on = true;
};
/// Numbered in the order of arrival; answered by Sent, or where it is quiet (not kGlobal, not
/// large) counted in a Numbered. kGlobal: exactly one group, no processes. Of a large payload the
/// rest follows in MulticastParts, and nothing else that is numbered between.
struct Multicast {
  std::uint64_t token = 0;
  Order order = Order::kCausal;
  Safety safety = Safety::kAgreed;
  Destinations destinations;
  std::uint8_t entry = 0;
  bool quiet = false;      ///< the sender does not ask for its number and recipients
  bool reply = false;      ///< answers a request: waits for no slow member (E15)
  std::uint64_t rest = 0;  ///< bytes of the payload that follow in parts
  Bytes payload;           ///< at most limits::kPartBytes of it
};
/// The next bytes of the Multicast with that token. At most limits::kUntakenPartsBytes may be on
/// their way that no PartsTaken has confirmed.
struct MulticastPart {
  std::uint64_t token = 0;
  Bytes data;
};
/// Answered by FlushDone once all that the caller sent or had delivered is held everywhere (P33).
struct Flush {
  std::uint64_t token = 0;
};
/// Asks the daemon about itself (before the welcome too: a site that cannot serve says why): what =
/// "sites", "groups", "links", "statistics", "why-left".
struct Inspect {
  std::uint64_t token = 0;
  std::string what;
  std::string argument;
};
/// Bytes to (from a client) or of (from the daemon) one other process, beside all multicasts: in no
/// order with anything but each other. States travel so. At most limits::kDirectWindowBytes of one
/// sender may be on their way to one receiver that no `taken` has confirmed.
struct Direct {
  ProcessId peer;
  std::uint8_t entry = 0;   ///< whose they are at the receiver
  std::uint64_t taken = 0;  ///< of what came from the peer: this many more bytes are taken
  Bytes data;
};
/// The client has consumed deliveries of this many bytes (flow control towards the client), as
/// many as its Welcome asks to hear of at once, or more. None: it makes progress at something long,
/// such as the transfer of a state.
struct Consumed {
  std::uint64_t bytes = 0;
};

/// Changes the plant's hosts or timers (plant_record.h); for operators only. Answered by
/// ChangeDone: kOk once it is in force, kRefused, kInvalidArgument with what to do.
struct ChangePlant {
  std::uint64_t token = 0;
  Bytes change;  ///< an encoded PlantChange
};

/// An operator's word: form a site view without a quorum. Taken before the welcome too, and only
/// where the site waits for a quorum. Answered by ChangeDone: kRefused says what to do instead.
struct ForceForm {
  std::uint64_t token = 0;
  std::string reason;  ///< who and why, for the record that is shown for ever
};

/// The caller, a member of the group, begins to keep the group's durable updates on its site's
/// disk. Answered by ChangeDone; the caller then sends its state as it is at that answer.
struct BeginLog {
  std::uint64_t token = 0;
  GroupId group;
};
/// A part of that state, in order. Answered by ChangeDone once all of it is on the disk and the
/// caller counts as a logging member.
struct Checkpoint {
  std::uint64_t token = 0;
  GroupId group;
  bool more = false;  ///< further parts follow (they alone are answered)
  Bytes state;
};

using ClientRequest = std::variant<Hello, CreateGroup, JoinGroup, LeaveGroup, KillGroup, Lookup,
                                   Monitor, Multicast, Flush, Inspect, Consumed, MulticastPart,
                                   Direct, ChangePlant, ForceForm, BeginLog, Checkpoint>;

// ---- daemon -> client -------------------------------------------------------------------------

/// The first record of every session.
struct Welcome {
  ProcessId process;
  SiteView sites;
  std::uint64_t report = 0;  ///< a Consumed is due once so many bytes have been
};
/// The last record of a session that the daemon ends.
struct Goodbye {
  Errc code = Errc::kClosed;
  std::string reason;
};
struct ChangeDone {
  std::uint64_t token = 0;
  Errc code = Errc::kOk;
  GroupId group;
  std::string text;
};
struct LookupDone {
  std::uint64_t token = 0;
  Errc code = Errc::kOk;  ///< kUnknownGroup: `view` is empty
  GroupView view;
};
/// The multicast has its number; `recipients` are the processes that it will be delivered to, in
/// order of groups and ranks (E21). On an error nothing was sent.
struct Sent {
  std::uint64_t token = 0;
  Errc code = Errc::kOk;
  std::string text;
  MessageId id;
  std::vector<ProcessId> recipients;
};
/// One delivery. `group` is the first destination group that the receiver is a member of, or none
/// where the receiver was named as a process; `view` is that group's view number (M2).
struct Deliver {
  MessageId id;
  ProcessId sender;
  Order order = Order::kCausal;
  GroupId group;
  std::uint64_t view = 0;
  Destinations destinations;
  std::uint8_t entry = 0;
  std::uint64_t rest = 0;  ///< bytes of the payload that follow in DeliverParts, at once
  Bytes payload;
};
/// The next bytes of the last Deliver.
struct DeliverPart {
  Bytes data;
};
/// The daemon has room for this many more bytes of the Multicast's parts.
struct PartsTaken {
  std::uint64_t token = 0;
  std::uint64_t bytes = 0;
};
/// A new membership of a group that the client is a member of or monitors. A member's first View
/// lists it last; a View without the member ends its membership.
struct View {
  GroupView view;
  std::vector<ProcessId> joined;
  std::vector<std::pair<ProcessId, Departure>> departed;
  /// So long processes of sites that failed may still act: what others do in their place waits.
  std::uint64_t settles_ms = 0;
};
/// A process failed: sent to every client, at one place of the order (P20).
struct ProcessGone {
  ProcessId process;
  Departure reason = Departure::kProcessFailed;
};
/// A new site view, after the ProcessGone and View records that it causes.
struct Sites {
  SiteView view;
  std::vector<SiteLife> joined;
  std::vector<std::pair<SiteLife, std::string>> departed;  ///< with the reason in words
};
/// The site serves (has a quorum and its lease) or not: nothing is delivered while it does not.
struct Serving {
  bool serving = true;
};
struct FlushDone {
  std::uint64_t token = 0;
};
struct Inspection {
  std::uint64_t token = 0;
  Message answer;
};
/// So many quiet multicasts, in the order of their arrival, have got their numbers since the last
/// one. Comes with other records, or a little later.
struct Numbered {
  std::uint64_t count = 0;
};

/// What became of a durable multicast of the receiver's: on the disks of more than half of the
/// group's logging members, so that a restart after a total failure finds it; or not known (a view
/// change came between).
struct Durable {
  MessageId id;
  bool durable = true;
};

using ClientEvent = std::variant<Welcome, Goodbye, ChangeDone, LookupDone, Sent, Deliver, View,
                                 ProcessGone, Sites, Serving, FlushDone, Inspection, DeliverPart,
                                 PartsTaken, Direct, Numbered, Durable>;

/// Ensures: decode(encode(x)) == x; at most limits::kFrameBytes long for legal values.
Bytes encode(const ClientRequest& request);
Bytes encode(const ClientEvent& event);
/// Errors: kMalformed, kLimit. Allocates at most a small multiple of the input.
Result<ClientRequest> decode_client_request(ByteView bytes);
Result<ClientEvent> decode_client_event(ByteView bytes);

}  // namespace cohort::wire
