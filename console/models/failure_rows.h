/// The rows of the failure screen and of the overview's list of what needs attention.
#pragma once

#include "console/models/failure_fold.h"
#include "console/models/row_table.h"
#include "console/models/time_text.h"

namespace cohort::console {

enum class FailureScope { kStanding, kUnacknowledged, kHistory };

QList<Column> failureColumns();
/// Unacknowledged first, then what still holds, then by priority, then oldest; what a failure
/// caused follows it. With `unfolded` empty or other ids, consequences of others are left out;
/// their number is shown.
QList<TableRow> failureRows(const PlantState& state, FailureScope scope,
                            const QStringList& unfolded, Zone zone);
int failureCount(const PlantState& state, FailureScope scope);
bool inScope(const Failure& failure, FailureScope scope);

QList<Column> attentionColumns();
/// What needs a person, most urgent first: failures that no other explains, held lots, commands
/// without a report. Ids: "failure ...", "lot ...", "command ...".
QList<TableRow> attentionRows(const PlantState& state, Zone zone, qint64 nowMs);

/// The most urgent unacknowledged failure, or null.
const Failure* mostUrgent(const PlantState& state);
CellMark priorityMark(int priority);
CellFrame frameOf(const Failure& failure);

}  // namespace cohort::console
