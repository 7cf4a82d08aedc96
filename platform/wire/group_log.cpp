#include "platform/wire/group_log.h"

#include <algorithm>

#include "platform/base/limits.h"

namespace cohort::wire {

using Kind = GroupLogRecord::Kind;

Bytes encode(const GroupLogRecord& record) {
  Encoder out;
  out.u8(static_cast<std::uint8_t>(record.kind));
  if (record.kind == Kind::kMarker) {
    out.varint(record.place.view);
    out.varint(record.place.epoch);
    out.varint(record.sites.size());
    for (SiteId site : record.sites) out.varint(site.value);
  } else if (record.kind == Kind::kUpdate) {
    out.site_life(record.id.origin);
    out.varint(record.id.view);
    out.varint(record.id.number);
    out.varint(record.place.epoch);
    out.process(record.sender);
    out.u8(record.entry);
    out.bytes(record.bytes);
  } else if (record.kind == Kind::kBegin) {
    out.boolean(record.flag);
    out.varint(record.ahead);
  } else {
    out.boolean(record.flag);
    out.bytes(record.bytes);
  }
  return out.take();
}

Result<GroupLogRecord> decode_group_log_record(ByteView bytes) {
  Decoder in(bytes);
  GroupLogRecord record;
  const std::uint8_t kind = in.u8();
  if (kind < 1 || kind > 4) in.fail("unknown kind of a group log record");
  record.kind = static_cast<Kind>(kind);
  ByteView body;
  if (record.kind == Kind::kMarker) {
    record.place.view = in.varint();
    record.place.epoch = in.varint();
    record.sites.resize(in.count(limits::kMembersPerGroup));
    for (SiteId& site : record.sites) site.value = static_cast<std::uint16_t>(in.varint());
  } else if (record.kind == Kind::kUpdate) {
    record.id.origin = in.site_life();
    record.id.view = in.varint();
    record.id.number = in.varint();
    record.place = {record.id.view, in.varint()};
    record.sender = in.process();
    record.entry = in.u8();
    body = in.bytes(limits::kPayloadBytes);
  } else if (record.kind == Kind::kBegin) {
    record.flag = in.boolean();
    record.ahead = in.varint();
  } else {
    record.flag = in.boolean();
    body = in.bytes(limits::kPayloadBytes);
  }
  record.bytes.assign(body.begin(), body.end());
  if (auto done = in.finish(); !done) return std::unexpected(done.error());
  return record;
}

const GroupLogSummary::Marker* GroupLogSummary::find(EpochPlace place) const {
  const auto found = std::find_if(markers.begin(), markers.end(),
                                  [place](const Marker& marker) { return marker.place == place; });
  return found == markers.end() ? nullptr : &*found;
}

Result<GroupLogSummary> summarize(SiteId site, const std::vector<Bytes>& records) {
  GroupLogSummary summary;
  summary.site = site;
  for (const Bytes& bytes : records) {
    auto record = decode_group_log_record(bytes);
    if (!record) return std::unexpected(record.error());
    if (record->kind == Kind::kMarker) {
      summary.markers.push_back({record->place, std::move(record->sites), summary.updates});
    }
    if (record->kind == Kind::kUpdate) ++summary.updates;
    if (record->kind == Kind::kBegin && record->flag) summary.complete = false;
    if (record->kind == Kind::kCheckpoint && !record->flag) summary.complete = true;
  }
  return summary;
}

namespace {

/// What the present logs say about one marker.
struct Standing {
  std::size_t holding = 0;  ///< its sites whose logs hold it and are whole
  std::size_t lacking = 0;  ///< its sites that are present and lack it
  const GroupLogSummary* longest = nullptr;
  std::vector<SiteId> missing;
};

Standing standing_of(const GroupLogSummary::Marker& marker,
                     const std::vector<GroupLogSummary>& present) {
  Standing standing;
  std::uint64_t most = 0;
  for (SiteId site : marker.sites) {
    const auto log = std::find_if(present.begin(), present.end(),
                                  [site](const auto& summary) { return summary.site == site; });
    const auto* held = log == present.end() ? nullptr : log->find(marker.place);
    if (log == present.end()) {
      standing.missing.push_back(site);
    } else if (held == nullptr) {
      ++standing.lacking;
    } else if (log->complete) {
      ++standing.holding;
      const std::uint64_t since = log->updates - held->updates_before;
      if (standing.longest == nullptr || since > most) standing.longest = &*log;
      most = std::max(most, since);
    }
  }
  return standing;
}

}  // namespace

RestartPlan plan_restart(const std::vector<GroupLogSummary>& present) {
  std::vector<GroupLogSummary::Marker> markers;
  for (const GroupLogSummary& log : present) {
    markers.insert(markers.end(), log.markers.begin(), log.markers.end());
  }
  std::sort(markers.begin(), markers.end(),
            [](const auto& a, const auto& b) { return a.place > b.place; });
  RestartPlan plan;
  for (const GroupLogSummary::Marker& marker : markers) {
    const Standing standing = standing_of(marker, present);
    if (2 * standing.lacking >= marker.sites.size()) continue;  // it never came into force
    plan.last = marker.place;
    plan.missing = standing.missing;
    plan.ready = 2 * standing.holding > marker.sites.size();
    if (plan.ready) plan.from = standing.longest->site;
    for (const GroupLogSummary& log : present) {
      if (!log.markers.empty() && log.find(marker.place) == nullptr) plan.stale.push_back(log.site);
    }
    return plan;
  }
  plan.ready = true;
  return plan;
}

}  // namespace cohort::wire
