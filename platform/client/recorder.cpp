#include "platform/client/recorder.h"

#include <utility>

namespace cohort::client {

using wire::HistoryKind;
using wire::HistoryRecord;

void Recorder::write(HistoryRecord record) {
  if (!sink_) return;
  record.process = self_;
  record.sequence = ++sequence_;
  record.time_ns = scheduler_.now().time_since_epoch().count();
  sink_(record);
}

void Recorder::begin(const wire::Welcome& welcome) {
  self_ = welcome.process;
  HistoryRecord record;
  record.kind = HistoryKind::kBegin;
  record.view = welcome.sites.number;
  record.sites = welcome.sites.members;
  write(std::move(record));
}

void Recorder::end(const std::string& reason) {
  HistoryRecord record;
  record.kind = HistoryKind::kEnd;
  record.text = reason;
  write(std::move(record));
}

void Recorder::send(const wire::Multicast& multicast) {
  if (!on()) return;
  HistoryRecord record;
  record.kind = HistoryKind::kSend;
  record.token = multicast.token;
  record.order = multicast.order;
  record.safety = multicast.safety;
  record.destinations = multicast.destinations;
  record.entry = multicast.entry;
  record.digest = wire::history_digest(multicast.payload);
  write(std::move(record));
}

void Recorder::sent(const wire::Sent& sent) {
  if (!on()) return;
  HistoryRecord record;
  record.kind = HistoryKind::kSent;
  record.token = sent.token;
  record.id = sent.id;
  record.members = sent.recipients;
  if (sent.code != Errc::kOk) record.text = std::string(to_string(sent.code)) + ": " + sent.text;
  write(std::move(record));
}

void Recorder::deliver(const wire::Deliver& deliver) {
  if (!on()) return;
  HistoryRecord record;
  record.kind = HistoryKind::kDeliver;
  record.id = deliver.id;
  record.peer = deliver.sender;
  record.order = deliver.order;
  record.group = deliver.group;
  record.view = deliver.view;
  record.destinations = deliver.destinations;
  record.entry = deliver.entry;
  record.digest = wire::history_digest(deliver.payload);
  write(std::move(record));
}

void Recorder::view(const wire::View& view) {
  if (!on()) return;
  HistoryRecord record;
  record.kind = HistoryKind::kView;
  record.group = view.view.group;
  record.view = view.view.number;
  record.members = view.view.members;
  for (const auto& [process, why] : view.departed) record.peers.push_back(process);
  write(std::move(record));
}

void Recorder::gone(const wire::ProcessGone& gone) {
  HistoryRecord record;
  record.kind = HistoryKind::kGone;
  record.peer = gone.process;
  write(std::move(record));
}

void Recorder::sites(const wire::Sites& sites) {
  HistoryRecord record;
  record.kind = HistoryKind::kSites;
  record.view = sites.view.number;
  record.sites = sites.view.members;
  for (const auto& [life, reason] : sites.departed) {
    record.text += (record.text.empty() ? "" : "; ") + to_string(life) + ": " + reason;
  }
  write(std::move(record));
}

void Recorder::serving(bool serving) {
  HistoryRecord record;
  record.kind = HistoryKind::kServing;
  record.view = serving ? 1 : 0;
  write(std::move(record));
}

void Recorder::flush(std::uint64_t token, bool begins) {
  HistoryRecord record;
  record.kind = begins ? HistoryKind::kFlushBegin : HistoryKind::kFlushEnd;
  record.token = token;
  write(std::move(record));
}

}  // namespace cohort::client
