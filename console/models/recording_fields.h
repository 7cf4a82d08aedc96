/// The fields of a recording's values, each named once for both directions: `visit(archive, value)`
/// hands every field to the archive, which reads or writes it.
#pragma once

#include "console/models/plant_event.h"

namespace cohort::console {

template <typename A>
void visit(A& a, SiteInfo& v) {
  a("number", v.number), a("name", v.name), a("address", v.address);
}
template <typename A>
void visit(A& a, ServiceInfo& v) {
  a("name", v.name), a("sites", v.sites), a("minimum", v.minimum);
}
template <typename A>
void visit(A& a, PlantInfo& v) {
  a("name", v.name), a("model", v.model), a("clock_factor", v.clockFactor);
  a("period_ms", v.periodMs), a("sites", v.sites), a("services", v.services);
}
template <typename A>
void visit(A& a, LinkChange& v) {
  a("linked", v.linked), a("site", v.atSite), a("reason", v.reason);
}
template <typename A>
void visit(A& a, ServingChange& v) {
  a("serving", v.serving);
}
template <typename A>
void visit(A& a, SitesChange& v) {
  a("view", v.view), a("members", v.members), a("departed", v.departed);
}
template <typename A>
void visit(A& a, PastDeparture& v) {
  a("site", v.site), a("incarnation", v.incarnation), a("view", v.view), a("reason", v.reason);
}
template <typename A>
void visit(A& a, PastDepartures& v) {
  a("departures", v.departures);
}
template <typename A>
void visit(A& a, GroupChange& v) {
  a("group", v.group), a("id", v.id), a("view", v.view);
  a("members", v.members), a("departed", v.departed);
}
template <typename A>
void visit(A& a, NewsItem& v) {
  a("number", v.row.number), a("posted", v.row.atMs), a("subject", v.row.subject);
  a("poster", v.row.poster), a("fields", v.row.fields);
}
template <typename A>
void visit(A& a, Lot& v) {
  a("lot", v.name), a("product", v.product), a("step", v.step), a("done", v.stepsDone);
  a("stage", v.stage), a("station", v.station), a("area", v.area);
  a("released_ms", v.releasedMs), a("finished_ms", v.finishedMs), a("held", v.holdReason);
}
template <typename A>
void visit(A& a, LotTable& v) {
  a("lots", v.lots);
}
template <typename A>
void visit(A& a, StationState& v) {
  a("station", v.name), a("kind", v.kind), a("area", v.area), a("state", v.state);
  a("step", v.step), a("lots", v.lots), a("product", v.product), a("since_ms", v.sinceMs);
  a("waiting", v.waiting), a("jobs", v.jobs), a("utilisation", v.utilisation);
}
template <typename A>
void visit(A& a, Figures& v) {
  a("plant_ms", v.plantMs), a("released", v.released), a("finished", v.finished);
  a("cancelled", v.cancelled), a("held", v.held), a("planned", v.planned);
  a("mean_cycle_ms", v.meanCycleMs), a("short_batches", v.shortBatches);
  a("refused", v.refused), a("takeovers", v.takeovers), a("stations", v.stations);
}
template <typename A>
void visit(A& a, Request& v) {
  a("service", v.service), a("order", v.order), a("kind", v.kind), a("station", v.station);
  a("step", v.step), a("lots", v.lots), a("coordinator", v.coordinator);
  a("takeovers", v.takeovers);
}
template <typename A>
void visit(A& a, RequestTable& v) {
  a("requests", v.requests);
}
template <typename A>
void visit(A& a, SensorInfo& v) {
  a("name", v.name), a("station", v.station), a("unit", v.unit), a("low", v.low);
  a("high", v.high);
}
template <typename A>
void visit(A& a, SensorCatalogue& v) {
  a("sensors", v.sensors);
}
template <typename A>
void visit(A& a, SampleBlock& v) {
  a("sensor", v.sensor), a("samples", v.samples);
}
template <typename A>
void visit(A& a, CommandChange& v) {
  a("id", v.record.id), a("action", v.record.action), a("phase", v.record.phase);
  a("target", v.record.target), a("site", v.record.site), a("user", v.record.user);
  a("reason", v.record.reason), a("view", v.record.viewSeen), a("sent_ms", v.record.sentMs);
  a("answer", v.record.answer);
}
template <typename A>
void visit(A& a, Acknowledgement& v) {
  a("failure", v.failure), a("user", v.user);
}
template <typename A>
void visit(A& a, EventGap& v) {
  a("count", v.count);
}
template <typename A>
void visit(A& a, Mark& v) {
  a("name", v.name);
}
template <typename A>
void visit(A&, Heard&) {}

}  // namespace cohort::console
