/// The rows of the lot screen and of the stations' table.
#pragma once

#include "console/models/plant_state.h"
#include "console/models/row_table.h"

namespace cohort::console {

QList<Column> lotColumns();
/// Id: the lot's name.
QList<TableRow> lotRows(const PlantState& state);

/// The board's columns, in the order of a lot's life.
QList<LotStage> boardStages();
QString stageWord(LotStage stage);
QList<Column> cardColumns(LotStage stage);
/// The cards of one stage of the board, first come first.
QList<TableRow> cardRows(const PlantState& state, LotStage stage);

QList<Column> stationColumns();
QList<TableRow> stationRows(const PlantState& state);

}  // namespace cohort::console
