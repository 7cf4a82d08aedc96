#include "platform/sim/checkers/index.h"

#include <algorithm>

namespace cohort::sim::checkers {

namespace {

bool contains(const std::vector<ProcessId>& list, ProcessId process) {
  return std::find(list.begin(), list.end(), process) != list.end();
}

}  // namespace

bool passes_a_hold(const HistoryRecord& record) {
  constexpr std::uint8_t kTransferEntry = 2;  // client/tooling.h
  return record.kind == HistoryKind::kDeliver && record.entry == kTransferEntry &&
         !record.group.valid();
}

bool names_site_view(const HistoryRecord& record) {
  return record.view != 0 &&
         (record.kind == HistoryKind::kSites || record.kind == HistoryKind::kBegin);
}

Index::Index(std::vector<HistoryRecord> records) {
  sort_records(std::move(records));
  collect_views();
  for (auto& [process, history] : processes_) cover(history, process);
  for (const auto& [process, history] : processes_) {
    collect_messages(process, history);
    collect_passages(process, history);
  }
}

void Index::sort_records(std::vector<HistoryRecord> records) {
  for (HistoryRecord& record : records) {
    processes_[record.process].records.push_back(std::move(record));
  }
  for (auto& [process, history] : processes_) {
    std::sort(
        history.records.begin(), history.records.end(),
        [](const HistoryRecord& a, const HistoryRecord& b) { return a.sequence < b.sequence; });
    std::uint64_t expected = 1;
    for (const HistoryRecord& record : history.records) {
      if (record.sequence != expected++) history.any_record_missing = true;
    }
    const HistoryRecord& last = history.records.back();
    history.run_over = last.kind == HistoryKind::kEnd && last.text == kRunOver;
  }
}

void Index::collect_views() {
  for (const auto& [process, history] : processes_) {
    for (std::size_t i = 0; i < history.records.size(); ++i) {
      const HistoryRecord& record = history.records[i];
      if (names_site_view(record)) {
        site_views_.try_emplace(record.view, record.sites);
        for (SiteLife life : record.sites) {
          std::uint64_t& last = last_view_of_life_[life];
          last = std::max(last, record.view);
        }
      }
      if (record.kind == HistoryKind::kView) {
        group_views_.try_emplace({record.group, record.view}, record.members);
        views_in_[{process, record.group}].push_back(i);
      }
    }
  }
}

void Index::cover(ProcessHistory& history, ProcessId process) {
  if (life_survives(process.life())) {
    history.covered = history.records.size();
    return;
  }
  for (std::size_t i = 0; i < history.records.size(); ++i) {
    if (history.records[i].kind == HistoryKind::kSites) history.covered = i;
  }
}

void Index::collect_messages(ProcessId process, const ProcessHistory& history) {
  std::map<std::uint64_t, std::size_t> sends;
  for (std::size_t i = 0; i < history.records.size(); ++i) {
    const HistoryRecord& record = history.records[i];
    if (record.kind == HistoryKind::kSend) sends[record.token] = i;
    if (record.kind == HistoryKind::kSent && record.text.empty()) {
      MessageFacts& facts = messages_[record.id];
      facts.sender = process;
      facts.sent = i;
      if (auto send = sends.find(record.token); send != sends.end()) {
        const HistoryRecord& handed = history.records[send->second];
        facts.send = send->second;
        facts.order = handed.order;
        facts.safety = handed.safety;
        facts.destinations = handed.destinations;
      }
    }
    if (record.kind == HistoryKind::kDeliver) deliver(process, history, i);
  }
}

void Index::deliver(ProcessId process, const ProcessHistory& history, std::size_t index) {
  const HistoryRecord& record = history.records[index];
  MessageFacts& facts = messages_[record.id];
  if (!facts.sent) {
    facts.sender = record.peer;
    facts.order = record.order;
    facts.destinations = record.destinations;
  }
  facts.deliveries.push_back({process, index});
  facts.reached_survivor = facts.reached_survivor || index < history.covered;
}

void Index::collect_passages(ProcessId process, const ProcessHistory& history) {
  struct Open {
    std::uint64_t number = 0;
    Passage passage;
  };
  std::map<GroupId, Open> open;
  for (std::size_t i = 0; i < history.records.size(); ++i) {
    const HistoryRecord& record = history.records[i];
    if (record.kind == HistoryKind::kDeliver) {
      for (GroupId group : record.destinations.groups) {
        auto found = open.find(group);
        if (found != open.end()) found->second.passage.delivered.push_back({process, i});
      }
    }
    if (record.kind != HistoryKind::kView) continue;
    // A member that begins to monitor its group is shown the present view once more.
    auto same = open.find(record.group);
    if (same != open.end() && same->second.number == record.view) continue;
    if (auto found = open.find(record.group); found != open.end()) {
      Passage& passage = found->second.passage;
      passage.to = i;
      passage.next_view = record.view;
      passage.covered = i < history.covered;
      passages_[{record.group, found->second.number}].push_back(std::move(passage));
      open.erase(found);
    }
    if (contains(record.members, process)) {
      Open& fresh = open[record.group];
      fresh.number = record.view;
      fresh.passage.process = process;
      fresh.passage.from = i;
    }
  }
  for (auto& [group, last] : open) {
    passages_[{group, last.number}].push_back(std::move(last.passage));
  }
}

bool Index::life_survives(SiteLife life) const {
  if (site_views_.empty()) return true;
  auto found = last_view_of_life_.find(life);
  return found == last_view_of_life_.end() || found->second == site_views_.rbegin()->first;
}

const ProcessHistory* Index::find(ProcessId process) const {
  auto found = processes_.find(process);
  return found == processes_.end() ? nullptr : &found->second;
}

std::vector<ProcessId> Index::recipients(MessageId id) const {
  const MessageFacts& facts = messages_.at(id);
  if (facts.sent) return processes_.at(facts.sender).records[*facts.sent].members;
  std::vector<ProcessId> result(facts.destinations.processes.begin(),
                                facts.destinations.processes.end());
  for (Place place : facts.deliveries) {
    if (!covered(place)) continue;
    for (GroupId group : facts.destinations.groups) {
      auto view = group_views_.find({group, view_at(place, group)});
      if (view == group_views_.end()) continue;
      for (ProcessId member : view->second) {
        if (!contains(result, member)) result.push_back(member);
      }
    }
  }
  return result;
}

std::optional<Place> Index::delivery_at(MessageId id, ProcessId process) const {
  auto found = messages_.find(id);
  if (found == messages_.end()) return std::nullopt;
  for (Place place : found->second.deliveries) {
    if (place.process == process) return place;
  }
  return std::nullopt;
}

std::uint64_t Index::view_at(Place place, GroupId group) const {
  const auto views = views_in_.find({place.process, group});
  if (views == views_in_.end()) return 0;
  const auto after = std::ranges::upper_bound(views->second, place.index);
  if (after == views->second.begin()) return 0;
  const HistoryRecord& record = at({place.process, *std::prev(after)});
  return contains(record.members, place.process) ? record.view : 0;
}

}  // namespace cohort::sim::checkers
