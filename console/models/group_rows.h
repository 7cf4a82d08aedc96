/// The rows of the group screens: groups, members by rank, views, running computations, commands.
#pragma once

#include "console/models/plant_state.h"
#include "console/models/row_table.h"
#include "console/models/time_text.h"

namespace cohort::console {

QList<Column> groupColumns();
/// One row a group of the plant, also for services that have none yet; id: the group's name.
QList<TableRow> groupRows(const PlantState& state);

QList<Column> memberColumns();
/// Rank order, then what is missing or stopped; id: the process, or "site N" where there is none.
QList<TableRow> memberRows(const PlantState& state, const QString& group, Zone zone, qint64 nowMs);

QList<Column> viewColumns();
/// Newest first; id: the view's number.
QList<TableRow> viewRows(const PlantState& state, const QString& group, Zone zone);

QList<Column> requestColumns();
QList<TableRow> requestRows(const PlantState& state, const QString& group);

QList<Column> commandColumns();
/// Newest first; an empty group: all.
QList<TableRow> commandRows(const PlantState& state, const QString& group, Zone zone, qint64 nowMs);

/// What happened in a view in words: "+2.1/5 (plant-2)   -3.1/2 (plant-3, failed)".
QString viewChangeText(const PlantState& state, const ViewRecord& record);

}  // namespace cohort::console
