/// What a change of the world is made of: changes, openings of epochs, and the value on which the
/// consensus of a site view decides (platform rulings 4, 8 and 15). Travels between sites and lies
/// in the view log.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/bytes.h"
#include "platform/base/ids.h"
#include "platform/base/small_vector.h"
#include "platform/wire/client_protocol.h"
#include "platform/wire/codec.h"
#include "platform/wire/plant_record.h"

namespace cohort::wire {

/// One number per site of a view, by rank.
using SiteVector = SmallVector<std::uint64_t, 8>;
/// One bit per site of a view, by rank.
using SiteSet = std::uint64_t;

inline constexpr bool contains(SiteSet set, std::size_t rank) {
  return ((set >> rank) & 1) != 0;
}
inline constexpr SiteSet site_bit(std::size_t rank) {
  return SiteSet{1} << rank;
}

enum class ChangeKind : std::uint8_t {
  kCreate = 1,
  kJoin = 2,  ///< of `name`; with `create`, an absent group is created
  kLeave = 3,
  kProcessFailed = 4,  ///< from all its groups at once
  kKillGroup = 5,
  kGlobal = 6,  ///< a user's GBCAST to `group`
  kLogs = 7,    ///< a member of `group` has its checkpoint on disk: it counts as a logging member
};

/// Submitted by the site of the process that it concerns, in one FIFO a site (E13).
struct ChangeId {
  SiteLife origin;
  std::uint64_t number = 0;  ///< from 1 in each life of the origin
  auto operator<=>(const ChangeId&) const = default;
};

struct Change {
  ChangeId id;
  ChangeKind kind = ChangeKind::kCreate;
  ProcessId process;
  GroupId group;
  std::string name;
  bool create = false;
  Departure reason = Departure::kLeft;
  std::uint8_t entry = 0;
  Bytes payload;
  bool operator==(const Change&) const = default;
};

/// Opens an epoch of a view: the changes that all sites deliver, in this order, between the
/// messages of the epoch before and those of this one.
struct Opening {
  std::uint64_t epoch = 0;  ///< from 1 in each view
  std::vector<Change> changes;
  bool operator==(const Opening&) const = default;
};

/// One place of the plant-wide total order.
struct OrderEntry {
  std::uint32_t origin = 0;  ///< rank
  std::uint64_t number = 0;
  SiteSet destinations = 0;
  bool operator==(const OrderEntry&) const = default;
};

struct StreamPlace {
  std::uint32_t origin = 0;
  std::uint64_t number = 0;
  auto operator<=>(const StreamPlace&) const = default;
};
/// Who holds a message that some survivor lacks.
struct Holding {
  StreamPlace place;
  std::uint32_t holder = 0;  ///< rank
  bool operator==(const Holding&) const = default;
};

/// Why a site is removed from a view.
enum class RemovalCause : std::uint8_t {
  kLeft = 1,        ///< it asked to leave
  kExited = 2,      ///< its connections closed and its host refuses new ones
  kNewLife = 3,     ///< another life of the site has been heard of
  kSilent = 4,      ///< nothing came from it for longer than allowed
  kBrokenLink = 5,  ///< it and an older site do not hear each other
  kSlow = 6,        ///< it held an epoch up, or did not answer a ballot
  kOverride = 7,    ///< an operator formed a view without it
  kOperator = 8,    ///< an operator removed its host from the plant
};
std::string_view to_string(RemovalCause cause);

struct Removal {
  SiteLife site;
  RemovalCause cause = RemovalCause::kSilent;
  std::string reason;  ///< in words, with the evidence
  bool operator==(const Removal&) const = default;
};

/// A site's greatest incarnation ever seen in a view (W15).
using Incarnations = std::vector<SiteLife>;

/// A view that an operator formed without a quorum. Part of every later value: it is shown for
/// ever.
struct Override {
  std::uint64_t view = 0;
  std::string text;  ///< who formed it, where, without which sites
  bool operator==(const Override&) const = default;
};

/// Numbers of views count in their lower half; the upper one counts the operators' overrides, so
/// that a forced view outranks every view that it was formed without.
inline constexpr std::uint64_t kOverrideStep = std::uint64_t{1} << 32;
inline constexpr std::uint64_t overrides_before(std::uint64_t view) {
  return view / kOverrideStep;
}

/// What view k+1 is, and what is delivered before it. Ranks are those of view k.
struct ViewValue {
  std::uint64_t view = 0;         ///< k+1
  std::vector<SiteLife> members;  ///< survivors in order, then joiners
  std::vector<Removal> removed;
  Incarnations incarnations;
  std::vector<Override> overrides;  ///< oldest first
  SiteVector cut;                   ///< empty: nothing is delivered (formation)
  std::vector<StreamPlace> holes;
  std::vector<Holding> holdings;
  std::optional<Opening> opening;  ///< the latest that any answering member knows
  std::uint64_t order_base = 0;    ///< `order` are the places order_base + 1 and on
  std::vector<OrderEntry> order;
  std::vector<SiteId> need_table;            ///< survivors that never had the group table
  PlantRecord plant;                         ///< hosts and timers from this view on
  std::vector<PlantOutcome> plant_outcomes;  ///< of the operators' requests that it decided
  bool operator==(const ViewValue&) const = default;
};

/// Ballots of one instance: (round, rank of the proposer), compared in this order (W16).
struct Ballot {
  std::uint64_t round = 0;
  std::uint32_t rank = 0;
  auto operator<=>(const Ballot&) const = default;
};

struct Acceptance {
  Ballot ballot;
  ViewValue value;
  bool operator==(const Acceptance&) const = default;
};

/// What a member knows of one stream entry above stability.
struct EntryReport {
  StreamPlace place;
  std::uint64_t epoch = 0;
  bool total = false;  ///< an ABCAST
  bool held = false;   ///< with its payload (or a marker, which has none)
  SiteSet destinations = 0;
  SiteVector vector;  ///< empty: not known (a skip)
  std::uint64_t order_prefix = 0;
  bool operator==(const EntryReport&) const = default;
};

/// A member's answer to a ballot: everything that the cut is computed from.
struct Report {
  SiteVector received;
  SiteVector done;
  std::vector<EntryReport> entries;  ///< every entry kept that is no skip
  std::uint64_t order_floor = 0;     ///< `order` are the places order_floor + 1 and on
  std::vector<OrderEntry> order;
  std::optional<Opening> opening;  ///< the latest known
  std::uint64_t delivered_epoch = 0;
  bool has_table = true;
  bool operator==(const Report&) const = default;
};

void encode(Encoder& out, const Change& change);
void encode(Encoder& out, const Opening& opening);
void encode(Encoder& out, const OrderEntry& entry);
void encode(Encoder& out, const ViewValue& value);
void encode(Encoder& out, const Ballot& ballot);
void encode(Encoder& out, const Removal& removal);
void encode(Encoder& out, const std::vector<Override>& overrides);
void encode(Encoder& out, const Report& report);
void encode(Encoder& out, const SiteVector& vector);
void encode(Encoder& out, const Destinations& destinations);

Change decode_change(Decoder& in);
Opening decode_opening(Decoder& in);
OrderEntry decode_order_entry(Decoder& in);
ViewValue decode_view_value(Decoder& in);
Ballot decode_ballot(Decoder& in);
Removal decode_removal(Decoder& in);
std::vector<Override> decode_overrides(Decoder& in);
Report decode_report(Decoder& in);
SiteVector decode_site_vector(Decoder& in);
Destinations decode_destinations(Decoder& in);

// ---- the view log (docs/formats/view-log.md)

/// A view committed, a value accepted under a ballot, or a ballot promised while forming.
struct ViewLogRecord {
  enum class Kind : std::uint8_t { kCommitted = 1, kAccepted = 2, kPromised = 3 };
  Kind kind = Kind::kCommitted;
  std::uint64_t view = 0;  ///< the instance: k+1
  Ballot ballot;           ///< of an acceptance or a promise
  ViewValue value;         ///< of a commit or an acceptance
  bool operator==(const ViewLogRecord&) const = default;
};
Bytes encode(const ViewLogRecord& record);
Result<ViewLogRecord> decode_view_log_record(ByteView bytes);

}  // namespace cohort::wire
