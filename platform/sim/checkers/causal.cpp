#include <algorithm>

#include "platform/sim/checkers/causality.h"
#include "platform/sim/checkers/checker.h"

namespace cohort::sim::checkers {

namespace {

/// What one process must have delivered of each sender's messages, and how far that was checked.
struct Due {
  std::vector<std::pair<std::uint32_t, MessageId>> messages;  // by the sender's numbering
  std::size_t checked = 0;
};

using DueBySender = std::vector<Due>;

/// For each process: the messages that reached some survivor and that it must deliver as well.
std::map<ProcessId, DueBySender> collect_due(const Index& index, const Causality& causality) {
  std::map<ProcessId, DueBySender> due;
  for (const auto& [process, history] : index.processes()) {
    due[process].resize(causality.senders());
  }
  for (const MessageId& id : causality.in_sending_order()) {
    const MessageFacts& facts = index.messages().at(id);
    // Lost whole with its failed sender: those that saw what followed it go on without it.
    if (!facts.reached_survivor) continue;
    const Causality::Number number = causality.number_of(id);
    for (ProcessId recipient : index.recipients(id)) {
      auto found = due.find(recipient);
      if (found != due.end()) found->second[number.sender].messages.push_back({number.count, id});
    }
  }
  return due;
}

void check_process(const Index& index, const Causality& causality, ProcessId process,
                   DueBySender& due, Findings& findings) {
  const ProcessHistory& history = *index.find(process);
  std::map<MessageId, std::size_t> delivered;
  for (std::size_t i = 0; i < history.covered; ++i) {
    const HistoryRecord& record = history.records[i];
    if (record.kind != HistoryKind::kDeliver) continue;
    const auto* past = passes_a_hold(record) ? nullptr : causality.past_of(record.id);
    if (past != nullptr) {
      for (std::size_t sender = 0; sender < due.size(); ++sender) {
        Due& list = due[sender];
        while (list.checked < list.messages.size() &&
               list.messages[list.checked].first <= (*past)[sender]) {
          const MessageId before = list.messages[list.checked++].second;
          if (delivered.contains(before) || before == record.id) continue;
          const Place cause = causality.send_of(before);
          std::vector<Place> witness{cause, causality.send_of(record.id), {process, i}};
          if (auto late = index.delivery_at(before, process)) witness.push_back(*late);
          findings.add(to_string(process) + " delivers a message before one in its causal past",
                       witness);
        }
      }
    }
    delivered.emplace(record.id, i);
  }
}

}  // namespace

/// M9, M11: if the sending of m may have caused the sending of m' (program order and deliveries,
/// over any groups and kinds), a process that both are sent to delivers m first. Left out: an m
/// that no survivor delivered (lost whole with its failed sender, platform ruling 4).
void check_causal(const Index& index, Findings& findings) {
  const Causality causality(index);
  std::map<ProcessId, DueBySender> due = collect_due(index, causality);
  for (auto& [process, list] : due) {
    check_process(index, causality, process, list, findings);
    if (findings.full()) return;
  }
}

}  // namespace cohort::sim::checkers
