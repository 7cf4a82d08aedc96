/// The words for failures: what happened, what follows, what to do.
#pragma once

#include "console/models/plant_state.h"
#include "console/models/time_text.h"

namespace cohort::console {

/// "emulsion on plant-2".
QString failureSource(const PlantState& state, const Failure& failure);
/// "failed: its process ended or was killed".
QString failureWhat(const PlantState& state, const Failure& failure);
/// "2 of 3 members left (minimum 2)"; empty where nothing follows.
QString failureConsequence(const PlantState& state, const Failure& failure);
/// One sentence each, in the order in which to do them.
QStringList failureWhatToDo(const PlantState& state, const Failure& failure);
/// What the console saw: addresses, views, event numbers, the daemon's words.
QStringList failureEvidence(const PlantState& state, const Failure& failure, Zone zone);
/// "unacknowledged", "acknowledged", "returned to normal, unacknowledged", "cleared".
QString alarmWord(AlarmState state);
/// "failed", "left", "killed with its group" and so on: why a member is gone.
QString departureWord(Departure why);

}  // namespace cohort::console
