/// Derives failures (alarms) from views: which one was first, what followed from it, when each has
/// returned to normal. Order is delivery order, never clocks.
#pragma once

#include "console/models/plant_event.h"

namespace cohort::console {

/// A group's new view: members that failed, replacements that came, the service's minimum.
void foldView(PlantState& state, const GroupState& group, const ViewRecord& record, qint64 atMs);
/// A new site view: sites that failed and sites that are back.
void foldSites(PlantState& state, const SitesChange& change, qint64 atMs);
/// Sites that left before this console came: what is back is history, what is not says why it went.
void foldPast(PlantState& state, const PastDepartures& past);
/// Sites of the plant file that no view has shown yet.
void foldAbsentSites(PlantState& state, qint64 atMs);
/// This site lost or regained its quorum.
void foldServing(PlantState& state, qint64 atMs);
void foldAcknowledgement(PlantState& state, const Acknowledgement& acknowledgement, qint64 atMs);

/// True where the failure is listed under the one that caused it. A service below its minimum is
/// never folded: that is what a person must act on.
bool isFolded(const Failure& failure);
/// True while its condition holds in the plant.
bool isActive(const Failure& failure);
/// True while an operator has it before him: active, or gone but never acknowledged.
bool isStanding(const Failure& failure);

}  // namespace cohort::console
