#include "platform/wire/view_records.h"

#include "platform/base/limits.h"

namespace cohort::wire {

namespace {

constexpr std::size_t kEntriesPerReport = 1u << 20;

void encode_place(Encoder& out, const StreamPlace& place) {
  out.varint(place.origin);
  out.varint(place.number);
}

std::uint32_t decode_rank(Decoder& in) {
  const std::uint64_t rank = in.varint();
  if (rank >= limits::kSitesPerPlant) in.fail("a rank is beyond the number of sites");
  return static_cast<std::uint32_t>(rank);
}

StreamPlace decode_place(Decoder& in) {
  StreamPlace place;
  place.origin = decode_rank(in);
  place.number = in.varint();
  return place;
}

void encode_lives(Encoder& out, const std::vector<SiteLife>& lives) {
  out.varint(lives.size());
  for (const SiteLife& life : lives) out.site_life(life);
}

std::vector<SiteLife> decode_lives(Decoder& in, std::size_t limit) {
  std::vector<SiteLife> lives(in.count(limit));
  for (SiteLife& life : lives) life = in.site_life();
  return lives;
}

void encode_optional_opening(Encoder& out, const std::optional<Opening>& opening) {
  out.boolean(opening.has_value());
  if (opening) encode(out, *opening);
}

std::optional<Opening> decode_optional_opening(Decoder& in) {
  if (!in.boolean()) return std::nullopt;
  return decode_opening(in);
}

void encode_order(Encoder& out, const std::vector<OrderEntry>& order) {
  out.varint(order.size());
  for (const OrderEntry& entry : order) encode(out, entry);
}

std::vector<OrderEntry> decode_order(Decoder& in) {
  std::vector<OrderEntry> order(in.count(kEntriesPerReport));
  for (OrderEntry& entry : order) entry = decode_order_entry(in);
  return order;
}

void encode_report_entry(Encoder& out, const EntryReport& entry) {
  encode_place(out, entry.place);
  out.varint(entry.epoch);
  out.u8(static_cast<std::uint8_t>((entry.total ? 1 : 0) | (entry.held ? 2 : 0)));
  out.varint(entry.destinations);
  encode(out, entry.vector);
  out.varint(entry.order_prefix);
}

EntryReport decode_report_entry(Decoder& in) {
  EntryReport entry;
  entry.place = decode_place(in);
  entry.epoch = in.varint();
  const std::uint8_t flags = in.u8();
  if (flags > 3) in.fail("unknown flags of a stream entry");
  entry.total = (flags & 1) != 0;
  entry.held = (flags & 2) != 0;
  entry.destinations = in.varint();
  entry.vector = decode_site_vector(in);
  entry.order_prefix = in.varint();
  return entry;
}

}  // namespace

void encode(Encoder& out, const SiteVector& vector) {
  out.varint(vector.size());
  for (std::uint64_t value : vector) out.varint(value);
}

SiteVector decode_site_vector(Decoder& in) {
  SiteVector vector(in.count(limits::kSitesPerPlant));
  for (std::uint64_t& value : vector) value = in.varint();
  return vector;
}

void encode(Encoder& out, const Destinations& destinations) {
  out.varint(destinations.groups.size());
  for (GroupId group : destinations.groups) out.group(group);
  out.varint(destinations.processes.size());
  for (ProcessId process : destinations.processes) out.process(process);
}

Destinations decode_destinations(Decoder& in) {
  Destinations destinations;
  destinations.groups.resize(in.count(limits::kDestinations));
  for (GroupId& group : destinations.groups) group = in.group();
  destinations.processes.resize(in.count(limits::kDestinations));
  for (ProcessId& process : destinations.processes) process = in.process();
  return destinations;
}

void encode(Encoder& out, const Change& change) {
  out.site_life(change.id.origin);
  out.varint(change.id.number);
  out.u8(static_cast<std::uint8_t>(change.kind));
  out.process(change.process);
  out.group(change.group);
  out.text(change.name);
  out.boolean(change.create);
  out.u8(static_cast<std::uint8_t>(change.reason));
  out.u8(change.entry);
  out.bytes(change.payload);
}

Change decode_change(Decoder& in) {
  Change change;
  change.id.origin = in.site_life();
  change.id.number = in.varint();
  const std::uint8_t kind = in.u8();
  if (kind < 1 || kind > 7) in.fail("unknown kind of change");
  change.kind = static_cast<ChangeKind>(kind);
  change.process = in.process();
  change.group = in.group();
  change.name = in.text(limits::kNameBytes);
  change.create = in.boolean();
  const std::uint8_t reason = in.u8();
  if (reason < 1 || reason > 5) in.fail("unknown reason of a departure");
  change.reason = static_cast<Departure>(reason);
  change.entry = in.u8();
  const ByteView payload = in.bytes(limits::kGlobalPayloadBytes);
  change.payload.assign(payload.begin(), payload.end());
  return change;
}

void encode(Encoder& out, const Opening& opening) {
  out.varint(opening.epoch);
  out.varint(opening.changes.size());
  for (const Change& change : opening.changes) encode(out, change);
}

Opening decode_opening(Decoder& in) {
  Opening opening;
  opening.epoch = in.varint();
  opening.changes.resize(in.count(limits::kChangesPerEpoch));
  for (Change& change : opening.changes) change = decode_change(in);
  return opening;
}

void encode(Encoder& out, const OrderEntry& entry) {
  out.varint(entry.origin);
  out.varint(entry.number);
  out.varint(entry.destinations);
}

OrderEntry decode_order_entry(Decoder& in) {
  OrderEntry entry;
  entry.origin = decode_rank(in);
  entry.number = in.varint();
  entry.destinations = in.varint();
  return entry;
}

std::string_view to_string(RemovalCause cause) {
  switch (cause) {
    case RemovalCause::kLeft:
      return "left";
    case RemovalCause::kExited:
      return "exited";
    case RemovalCause::kNewLife:
      return "new-life";
    case RemovalCause::kSilent:
      return "silent";
    case RemovalCause::kBrokenLink:
      return "broken-link";
    case RemovalCause::kSlow:
      return "slow";
    case RemovalCause::kOverride:
      return "override";
    case RemovalCause::kOperator:
      return "operator";
  }
  return "unknown";
}

void encode(Encoder& out, const Removal& removal) {
  out.site_life(removal.site);
  out.u8(static_cast<std::uint8_t>(removal.cause));
  out.text(removal.reason);
}

Removal decode_removal(Decoder& in) {
  Removal removal;
  removal.site = in.site_life();
  const std::uint8_t cause = in.u8();
  if (cause < 1 || cause > 8) in.fail("unknown cause of a removal");
  removal.cause = static_cast<RemovalCause>(cause);
  removal.reason = in.text(limits::kEvidenceBytes);
  return removal;
}

void encode(Encoder& out, const std::vector<Override>& overrides) {
  out.varint(overrides.size());
  for (const Override& forced : overrides) {
    out.varint(forced.view);
    out.text(forced.text);
  }
}

std::vector<Override> decode_overrides(Decoder& in) {
  std::vector<Override> overrides(in.count(limits::kOverridesKept));
  for (Override& forced : overrides) {
    forced.view = in.varint();
    forced.text = in.text(limits::kEvidenceBytes);
  }
  return overrides;
}

void encode(Encoder& out, const Ballot& ballot) {
  out.varint(ballot.round);
  out.varint(ballot.rank);
}

Ballot decode_ballot(Decoder& in) {
  Ballot ballot;
  ballot.round = in.varint();
  ballot.rank = decode_rank(in);
  return ballot;
}

void encode(Encoder& out, const ViewValue& value) {
  out.varint(value.view);
  encode_lives(out, value.members);
  out.varint(value.removed.size());
  for (const Removal& removal : value.removed) encode(out, removal);
  encode_lives(out, value.incarnations);
  encode(out, value.overrides);
  encode(out, value.cut);
  out.varint(value.holes.size());
  for (const StreamPlace& place : value.holes) encode_place(out, place);
  out.varint(value.holdings.size());
  for (const Holding& holding : value.holdings) {
    encode_place(out, holding.place);
    out.varint(holding.holder);
  }
  encode_optional_opening(out, value.opening);
  out.varint(value.order_base);
  encode_order(out, value.order);
  out.varint(value.need_table.size());
  for (SiteId site : value.need_table) out.varint(site.value);
  encode(out, value.plant);
  encode(out, value.plant_outcomes);
}

ViewValue decode_view_value(Decoder& in) {
  ViewValue value;
  value.view = in.varint();
  value.members = decode_lives(in, limits::kSitesPerPlant);
  value.removed.resize(in.count(limits::kSitesPerPlant));
  for (Removal& removal : value.removed) removal = decode_removal(in);
  value.incarnations = decode_lives(in, UINT16_MAX);
  value.overrides = decode_overrides(in);
  value.cut = decode_site_vector(in);
  value.holes.resize(in.count(kEntriesPerReport));
  for (StreamPlace& place : value.holes) place = decode_place(in);
  value.holdings.resize(in.count(kEntriesPerReport));
  for (Holding& holding : value.holdings) {
    holding.place = decode_place(in);
    holding.holder = decode_rank(in);
  }
  value.opening = decode_optional_opening(in);
  value.order_base = in.varint();
  value.order = decode_order(in);
  value.need_table.resize(in.count(limits::kSitesPerPlant));
  for (SiteId& site : value.need_table) site.value = static_cast<std::uint16_t>(in.varint());
  value.plant = decode_plant_record(in);
  value.plant_outcomes = decode_plant_outcomes(in);
  return value;
}

void encode(Encoder& out, const Report& report) {
  encode(out, report.received);
  encode(out, report.done);
  out.varint(report.entries.size());
  for (const EntryReport& entry : report.entries) encode_report_entry(out, entry);
  out.varint(report.order_floor);
  encode_order(out, report.order);
  encode_optional_opening(out, report.opening);
  out.varint(report.delivered_epoch);
  out.boolean(report.has_table);
}

Report decode_report(Decoder& in) {
  Report report;
  report.received = decode_site_vector(in);
  report.done = decode_site_vector(in);
  report.entries.resize(in.count(kEntriesPerReport));
  for (EntryReport& entry : report.entries) entry = decode_report_entry(in);
  report.order_floor = in.varint();
  report.order = decode_order(in);
  report.opening = decode_optional_opening(in);
  report.delivered_epoch = in.varint();
  report.has_table = in.boolean();
  return report;
}

Bytes encode(const ViewLogRecord& record) {
  Encoder out;
  out.varint(record.view);
  out.u8(static_cast<std::uint8_t>(record.kind));
  if (record.kind != ViewLogRecord::Kind::kCommitted) encode(out, record.ballot);
  if (record.kind != ViewLogRecord::Kind::kPromised) encode(out, record.value);
  return out.take();
}

Result<ViewLogRecord> decode_view_log_record(ByteView bytes) {
  Decoder in(bytes);
  ViewLogRecord record;
  record.view = in.varint();
  const std::uint8_t kind = in.u8();
  if (kind < 1 || kind > 3) in.fail("unknown kind of a view log record");
  record.kind = static_cast<ViewLogRecord::Kind>(kind);
  if (record.kind != ViewLogRecord::Kind::kCommitted) record.ballot = decode_ballot(in);
  if (record.kind != ViewLogRecord::Kind::kPromised) record.value = decode_view_value(in);
  if (auto done = in.finish(); !done) return std::unexpected(done.error());
  return record;
}

}  // namespace cohort::wire
