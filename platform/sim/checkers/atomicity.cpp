#include "platform/sim/checkers/checker.h"

namespace cohort::sim::checkers {

namespace {

void check_recipients(const Index& index, MessageId id, const MessageFacts& facts, Place cause,
                      Findings& findings) {
  for (ProcessId recipient : index.recipients(id)) {
    const ProcessHistory* history = index.find(recipient);
    if (history == nullptr || !history->run_over || index.delivery_at(id, recipient)) continue;
    findings.add(to_string(recipient) +
                     " lives to the end of the run and never gets a message of " +
                     to_string(facts.sender) +
                     (facts.reached_survivor ? " that another survivor delivered"
                                             : " whose site lives as well"),
                 {cause, Place{recipient, history->records.size() - 1}});
  }
}

}  // namespace

/// M5, M6: a message that any survivor delivered, or whose sender's site lives, is delivered by
/// every recipient that lives to the end of the run. (Between views: M3.)
void check_atomicity(const Index& index, Findings& findings) {
  for (const auto& [id, facts] : index.messages()) {
    const bool sender_lives = facts.sent && index.life_survives(facts.sender.life());
    if (facts.reached_survivor) {
      for (Place place : facts.deliveries) {
        if (!index.covered(place)) continue;
        check_recipients(index, id, facts, place, findings);
        break;
      }
    } else if (sender_lives) {
      check_recipients(index, id, facts, {facts.sender, *facts.sent}, findings);
    }
    if (findings.full()) return;
  }
}

}  // namespace cohort::sim::checkers
