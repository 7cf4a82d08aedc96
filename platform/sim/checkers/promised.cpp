#include "platform/sim/checkers/promised.h"

#include <set>

namespace cohort::sim::checkers {

namespace {

/// The recipients that pass on from a view in which somebody delivered the message.
std::map<ProcessId, Place> passers(const Index& index, const MessageFacts& facts) {
  std::map<ProcessId, Place> result;
  std::set<GroupViewKey> views;
  for (Place place : facts.deliveries) {
    for (GroupId group : facts.destinations.groups) {
      const std::uint64_t view = index.view_at(place, group);
      if (view != 0) views.insert({group, view});
    }
  }
  for (const GroupViewKey& view : views) {
    auto found = index.passages().find(view);
    if (found == index.passages().end()) continue;
    for (const Passage& passage : found->second) {
      if (passage.covered) result.emplace(passage.process, Place{passage.process, *passage.to});
    }
  }
  return result;
}

}  // namespace

void require_held(const Index& index, MessageId id, Place promise, std::string_view what,
                  Findings& findings) {
  const MessageFacts& facts = index.messages().at(id);
  std::map<ProcessId, Place> must = passers(index, facts);
  for (ProcessId recipient : index.recipients(id)) {
    const ProcessHistory* history = index.find(recipient);
    if (history != nullptr && history->run_over) {
      must.emplace(recipient, Place{recipient, history->records.size() - 1});
    }
  }
  for (const auto& [recipient, end] : must) {
    if (index.delivery_at(id, recipient)) continue;
    const Place shown = facts.sent ? Place{facts.sender, *facts.sent} : facts.deliveries.front();
    findings.add(to_string(recipient) + " lives on without a message that " + std::string(what),
                 {shown, promise, end});
    if (findings.full()) return;
  }
}

}  // namespace cohort::sim::checkers
