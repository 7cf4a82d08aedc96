#include "platform/sim/history_tap.h"

#include <algorithm>
#include <utility>

#include "platform/wire/history_of.h"

namespace cohort::sim {

using wire::HistoryKind;
using wire::HistoryRecord;

void HistoryTap::request(const wire::ClientRequest& request, Duration now) {
  if (const auto* multicast = std::get_if<wire::Multicast>(&request)) {
    if (multicast->rest == 0) return write(wire::history_of(*multicast), now);
    large_ = *multicast;
  }
  if (const auto* part = std::get_if<wire::MulticastPart>(&request)) {
    large_.payload.insert(large_.payload.end(), part->data.begin(), part->data.end());
    large_.rest -= std::min<std::uint64_t>(large_.rest, part->data.size());
    if (large_.rest == 0) write(wire::history_of(large_), now);
  }
  if (auto record = wire::history_of(request)) write(std::move(*record), now);
}

void HistoryTap::event(const wire::ClientEvent& event, Duration now) {
  if (const auto* welcome = std::get_if<wire::Welcome>(&event)) process_ = welcome->process;
  if (auto record = wire::history_of(event)) write(std::move(*record), now);
  if (std::holds_alternative<wire::Goodbye>(event)) ended_ = true;
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
