/// The words around commands: what an act would do to the plant, before and after it is asked for.
#pragma once

#include "console/models/plant_state.h"

namespace cohort::console {

/// An act as an operator means it, before it is confirmed.
struct CommandDraft {
  CommandAction action = CommandAction::kStart;
  QString target;  ///< service, lot, or product (kReleaseLots)
  int site = 0;
  int count = 1;         ///< kReleaseLots only
  quint64 viewSeen = 0;  ///< the group's view when the operator looked
};

/// "Stop emulsion on plant-2": verb and object, for the title and the button.
QString commandTitle(const PlantState& state, const CommandDraft& draft);
/// What it does, with numbers: "Stopping ... leaves emulsion with 2 of 3 members (minimum 2)."
QString commandConsequence(const PlantState& state, const CommandDraft& draft);
/// True where the act takes a service below its minimum: the operator must type the target's name.
bool endangersService(const PlantState& state, const CommandDraft& draft);
/// Empty, or what changed since the operator looked: "The view of emulsion moved from 41 to 42...".
QString viewMoved(const PlantState& state, const CommandDraft& draft);
/// "Stop emulsion on plant-2" of a command that was sent.
QString commandTitle(const PlantState& state, const CommandRecord& record);
/// "sent", "accepted", "no report yet", "outcome unknown: check the host" and so on.
QString commandPhaseWord(const CommandRecord& record, qint64 nowMs);
/// True until the plant has reported or refused it.
bool isPending(const CommandRecord& record);
/// The latest pending command for a member of the service at the site, or null.
const CommandRecord* pendingFor(const PlantState& state, const QString& service, int site);

}  // namespace cohort::console
