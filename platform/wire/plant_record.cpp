#include "platform/wire/plant_record.h"

#include <algorithm>

#include "platform/base/limits.h"

namespace cohort::wire {

namespace {

SiteId decode_site(Decoder& in) {
  const std::uint64_t site = in.varint();
  if (site > UINT16_MAX) in.fail("a site's number is too large");
  return SiteId{static_cast<std::uint16_t>(site)};
}

void encode_host(Encoder& out, const Host& host) {
  out.varint(host.site.value);
  out.text(host.name);
  out.varint(host.endpoints.size());
  for (const Endpoint& endpoint : host.endpoints) {
    out.text(endpoint.address);
    out.varint(endpoint.port);
  }
  out.boolean(host.witness);
}

Host decode_host(Decoder& in) {
  Host host;
  host.site = decode_site(in);
  host.name = in.text(limits::kNameBytes);
  host.endpoints.resize(in.count(limits::kPathsPerSite));
  for (Endpoint& endpoint : host.endpoints) {
    endpoint.address = in.text(limits::kNameBytes);
    const std::uint64_t port = in.varint();
    if (port > UINT16_MAX) in.fail("a port is too large");
    endpoint.port = static_cast<std::uint16_t>(port);
  }
  host.witness = in.boolean();
  return host;
}

void encode_timer(Encoder& out, const TimerSetting& timer) {
  out.text(timer.name);
  out.zigzag(timer.value_ms);
}

TimerSetting decode_timer(Decoder& in) {
  TimerSetting timer;
  timer.name = in.text(limits::kNameBytes);
  timer.value_ms = in.zigzag();
  return timer;
}

}  // namespace

const Host* PlantRecord::host(SiteId site) const {
  const auto found = std::find_if(hosts.begin(), hosts.end(),
                                  [site](const Host& host) { return host.site == site; });
  return found == hosts.end() ? nullptr : &*found;
}

void encode(Encoder& out, const PlantRecord& record) {
  out.varint(record.version);
  out.varint(record.hosts.size());
  for (const Host& host : record.hosts) encode_host(out, host);
  out.varint(record.timers.size());
  for (const TimerSetting& timer : record.timers) encode_timer(out, timer);
}

PlantRecord decode_plant_record(Decoder& in) {
  PlantRecord record;
  record.version = in.varint();
  record.hosts.resize(in.count(limits::kSitesPerPlant));
  for (Host& host : record.hosts) host = decode_host(in);
  record.timers.resize(in.count(limits::kTimersPerPlant));
  for (TimerSetting& timer : record.timers) timer = decode_timer(in);
  return record;
}

void encode(Encoder& out, const PlantChange& change) {
  out.u8(static_cast<std::uint8_t>(change.kind));
  encode_host(out, change.host);
  encode_timer(out, change.timer);
}

PlantChange decode_plant_change(Decoder& in) {
  PlantChange change;
  const std::uint8_t kind = in.u8();
  if (kind < 1 || kind > 4) in.fail("unknown kind of a plant's change");
  change.kind = static_cast<PlantChangeKind>(kind);
  change.host = decode_host(in);
  change.timer = decode_timer(in);
  return change;
}

void encode(Encoder& out, const PlantRequestId& id) {
  out.site_life(id.origin);
  out.varint(id.number);
}

PlantRequestId decode_plant_request_id(Decoder& in) {
  PlantRequestId id;
  id.origin = in.site_life();
  id.number = in.varint();
  return id;
}

void encode(Encoder& out, const std::vector<PlantOutcome>& outcomes) {
  out.varint(outcomes.size());
  for (const PlantOutcome& outcome : outcomes) {
    encode(out, outcome.id);
    out.u8(static_cast<std::uint8_t>(outcome.code));
    out.text(outcome.text);
  }
}

std::vector<PlantOutcome> decode_plant_outcomes(Decoder& in) {
  std::vector<PlantOutcome> outcomes(in.count(limits::kPlantRequestsPerView));
  for (PlantOutcome& outcome : outcomes) {
    outcome.id = decode_plant_request_id(in);
    const std::uint8_t code = in.u8();
    if (code > static_cast<std::uint8_t>(Errc::kVersion)) in.fail("unknown outcome");
    outcome.code = static_cast<Errc>(code);
    outcome.text = in.text(limits::kTextBytes);
  }
  return outcomes;
}

Bytes encode(const PlantChange& change) {
  Encoder out;
  encode(out, change);
  return out.take();
}

Result<PlantChange> decode_plant_change(ByteView bytes) {
  Decoder in(bytes);
  PlantChange change = decode_plant_change(in);
  if (auto done = in.finish(); !done) return std::unexpected(done.error());
  return change;
}

}  // namespace cohort::wire
