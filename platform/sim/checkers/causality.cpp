#include "platform/sim/checkers/causality.h"

#include <algorithm>

namespace cohort::sim::checkers {

/// One process's place in the walk over all histories.
struct Causality::Walk {
  ProcessId process;
  const ProcessHistory* history = nullptr;
  std::size_t sender = 0;
  std::size_t next = 0;
  std::vector<std::uint32_t> clock;
};

Causality::Causality(const Index& index) {
  number_sends(index);
  std::vector<Walk> walks;
  for (const auto& [process, history] : index.processes()) {
    walks.push_back(
        {process, &history, walks.size(), 0, std::vector<std::uint32_t>(index.processes().size())});
  }
  // Each turn moves every process as far as the sends that it waits for are known; a history in
  // which no process can move has deliveries before their sends: those are passed over.
  bool moved = true;
  while (moved) {
    moved = false;
    for (Walk& walk : walks) {
      const std::size_t before = walk.next;
      advance(index, walk);
      moved = moved || walk.next != before;
    }
    if (moved) continue;
    for (Walk& walk : walks) {
      if (walk.next == walk.history->records.size()) continue;
      ++walk.next;
      moved = true;
      break;
    }
  }
}

void Causality::number_sends(const Index& index) {
  sender_count_ = index.processes().size();
  for (const auto& [id, facts] : index.messages()) {
    if (!facts.send) continue;
    id_of_send_[{facts.sender, *facts.send}] = id;
    sends_[id] = {facts.sender, *facts.send};
  }
  std::size_t sender = 0;
  auto next = id_of_send_.begin();
  for (const auto& [process, history] : index.processes()) {
    std::uint32_t count = 0;
    for (; next != id_of_send_.end() && next->first.process == process; ++next) {
      numbers_[next->second] = {sender, ++count};
      in_order_.push_back(next->second);
    }
    ++sender;
  }
}

void Causality::advance(const Index&, Walk& walk) {
  for (; walk.next < walk.history->records.size(); ++walk.next) {
    const HistoryRecord& record = walk.history->records[walk.next];
    if (record.kind == HistoryKind::kSend) {
      auto found = id_of_send_.find({walk.process, walk.next});
      if (found == id_of_send_.end()) continue;
      pasts_[found->second] = walk.clock;
      walk.clock[walk.sender] = numbers_.at(found->second).count;
    }
    if (record.kind != HistoryKind::kDeliver || !sends_.contains(record.id)) continue;
    auto past = pasts_.find(record.id);
    if (past == pasts_.end()) return;
    const Number number = numbers_.at(record.id);
    for (std::size_t i = 0; i < walk.clock.size(); ++i) {
      walk.clock[i] = std::max(walk.clock[i], past->second[i]);
    }
    walk.clock[number.sender] = std::max(walk.clock[number.sender], number.count);
  }
}

const std::vector<std::uint32_t>* Causality::past_of(MessageId id) const {
  auto found = pasts_.find(id);
  return found == pasts_.end() ? nullptr : &found->second;
}

}  // namespace cohort::sim::checkers
