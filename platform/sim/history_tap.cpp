#include "platform/sim/history_tap.h"

#include <algorithm>
#include <utility>

namespace cohort::sim {

namespace {

using wire::HistoryKind;
using wire::HistoryRecord;

HistoryRecord record_of(const wire::Deliver& deliver) {
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
  return record;
}

HistoryRecord record_of(const wire::View& view) {
  HistoryRecord record;
  record.kind = HistoryKind::kView;
  record.group = view.view.group;
  record.view = view.view.number;
  record.members = view.view.members;
  for (const auto& [process, reason] : view.departed) record.peers.push_back(process);
  return record;
}

HistoryRecord record_of(const wire::Sites& sites) {
  HistoryRecord record;
  record.kind = HistoryKind::kSites;
  record.view = sites.view.number;
  record.sites = sites.view.members;
  for (const auto& [life, reason] : sites.departed) {
    record.text += (record.text.empty() ? "" : "; ") + to_string(life) + ": " + reason;
  }
  return record;
}

HistoryRecord record_of(const wire::Sent& sent) {
  HistoryRecord record;
  record.kind = HistoryKind::kSent;
  record.token = sent.token;
  record.id = sent.id;
  record.members = sent.recipients;
  if (sent.code != Errc::kOk) record.text = std::string(to_string(sent.code)) + " " + sent.text;
  return record;
}

HistoryRecord record_of(const wire::Multicast& multicast) {
  HistoryRecord record;
  record.kind = HistoryKind::kSend;
  record.token = multicast.token;
  record.order = multicast.order;
  record.safety = multicast.safety;
  record.destinations = multicast.destinations;
  record.entry = multicast.entry;
  record.digest = wire::history_digest(multicast.payload);
  return record;
}

}  // namespace

void HistoryTap::request(const wire::ClientRequest& request, Duration now) {
  if (const auto* multicast = std::get_if<wire::Multicast>(&request)) {
    if (multicast->rest == 0) return write(record_of(*multicast), now);
    large_ = *multicast;
  }
  if (const auto* part = std::get_if<wire::MulticastPart>(&request)) {
    large_.payload.insert(large_.payload.end(), part->data.begin(), part->data.end());
    large_.rest -= std::min<std::uint64_t>(large_.rest, part->data.size());
    if (large_.rest == 0) write(record_of(large_), now);
  }
  if (const auto* flush = std::get_if<wire::Flush>(&request)) {
    HistoryRecord record;
    record.kind = HistoryKind::kFlushBegin;
    record.token = flush->token;
    write(std::move(record), now);
  }
}

void HistoryTap::event(const wire::ClientEvent& event, Duration now) {
  HistoryRecord record;
  if (const auto* welcome = std::get_if<wire::Welcome>(&event)) {
    process_ = welcome->process;
    record.kind = HistoryKind::kBegin;
    record.view = welcome->sites.number;
    record.sites = welcome->sites.members;
  } else if (const auto* goodbye = std::get_if<wire::Goodbye>(&event)) {
    return end(goodbye->reason, now);
  } else if (const auto* deliver = std::get_if<wire::Deliver>(&event)) {
    record = record_of(*deliver);
  } else if (const auto* view = std::get_if<wire::View>(&event)) {
    record = record_of(*view);
  } else if (const auto* gone = std::get_if<wire::ProcessGone>(&event)) {
    record.kind = HistoryKind::kGone;
    record.peer = gone->process;
  } else if (const auto* sites = std::get_if<wire::Sites>(&event)) {
    record = record_of(*sites);
  } else if (const auto* serving = std::get_if<wire::Serving>(&event)) {
    record.kind = HistoryKind::kServing;
    record.view = serving->serving ? 1 : 0;
  } else if (const auto* sent = std::get_if<wire::Sent>(&event)) {
    record = record_of(*sent);
  } else if (const auto* flushed = std::get_if<wire::FlushDone>(&event)) {
    record.kind = HistoryKind::kFlushEnd;
    record.token = flushed->token;
  } else {
    return;
  }
  write(std::move(record), now);
}

void HistoryTap::note(HistoryRecord record, Duration now) {
  record.kind = HistoryKind::kNote;
  write(std::move(record), now);
}

void HistoryTap::end(std::string text, Duration now) {
  HistoryRecord record;
  record.kind = HistoryKind::kEnd;
  record.text = std::move(text);
  write(std::move(record), now);
  ended_ = true;
}

void HistoryTap::write(HistoryRecord record, Duration now) {
  if (!process_.valid() || ended_) return;
  record.process = process_;
  record.sequence = ++sequence_;
  record.time_ns = now.count();
  recorder_.records.push_back(std::move(record));
}

}  // namespace cohort::sim
