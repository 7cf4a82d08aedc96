#include "console/models/lot_rows.h"

#include <QCoreApplication>

#include "console/models/time_text.h"

namespace cohort::console {

namespace {

QString inContext(const char* text) {
  return QCoreApplication::translate("LotRows", text);
}

Cell words(const QString& text) {
  Cell cell;
  cell.text = text;
  return cell;
}

Cell number(int value) {
  Cell cell;
  cell.text = QString::number(value);
  cell.sort = value;
  return cell;
}

Cell plantTime(qint64 ms) {
  Cell cell;
  cell.text = plantTimeText(ms);
  cell.sort = ms;
  return cell;
}

bool over(const Lot& lot) {
  return lot.stage == LotStage::kFinished || lot.stage == LotStage::kCancelled;
}

QString where(const Lot& lot) {
  if (!lot.station.isEmpty()) return lot.station;
  return over(lot) ? inContext("out") : lot.area;
}

Cell stepCell(const Lot& lot) {
  if (over(lot)) {
    Cell done = words(QStringLiteral("–"));
    done.sort = lot.stepsDone * 10;
    return done;
  }
  Cell cell = words(inContext("S%1").arg(lot.step));
  cell.sort = lot.step * 10;
  return cell;
}

/// Time in the plant so far, or in all for a lot that is finished.
Cell timeInPlant(const PlantState& state, const Lot& lot) {
  const qint64 until = lot.finishedMs != 0 ? lot.finishedMs : state.figures.plantMs;
  Cell cell = words(plantHoursText(std::max<qint64>(until - lot.releasedMs, 0)));
  cell.sort = until - lot.releasedMs;
  return cell;
}

}  // namespace

QString stageWord(LotStage stage) {
  switch (stage) {
    case LotStage::kWaiting:
      return inContext("waiting");
    case LotStage::kMoving:
      return inContext("moving");
    case LotStage::kProcessing:
      return inContext("processing");
    case LotStage::kHeld:
      return inContext("held");
    case LotStage::kFinished:
      return inContext("finished");
    case LotStage::kCancelled:
      return inContext("cancelled");
  }
  return {};
}

QList<Column> lotColumns() {
  return {{inContext("Lot"), QStringLiteral("lot"), false, 10},
          {inContext("Product"), QStringLiteral("product"), false, 8},
          {inContext("Step"), QStringLiteral("step"), true, 6},
          {inContext("Steps done"), QStringLiteral("done"), true, 10},
          {inContext("State"), QStringLiteral("state"), false, 12},
          {inContext("Where"), QStringLiteral("where"), false, 16},
          {inContext("Released"), QStringLiteral("released"), true, 19},
          {inContext("Time in plant"), QStringLiteral("time"), true, 13},
          {inContext("Why held"), QStringLiteral("why"), false, 22}};
}

QList<TableRow> lotRows(const PlantState& state) {
  QList<TableRow> rows;
  for (const Lot& lot : state.lots) {
    Cell stage = words(stageWord(lot.stage));
    if (lot.stage == LotStage::kHeld) stage.mark = CellMark::kPriority3;
    rows.append({lot.name,
                 {words(lot.name), words(lot.product), stepCell(lot), number(lot.stepsDone), stage,
                  words(where(lot)), plantTime(lot.releasedMs), timeInPlant(state, lot),
                  words(lot.holdReason)}});
  }
  return rows;
}

QList<LotStage> boardStages() {
  return {LotStage::kWaiting, LotStage::kMoving,   LotStage::kProcessing,
          LotStage::kHeld,    LotStage::kFinished, LotStage::kCancelled};
}

QList<Column> cardColumns(LotStage stage) {
  const QList<Column> inPlant = {{inContext("Lot"), QStringLiteral("lot"), false, 10},
                                 {inContext("Step"), QStringLiteral("step"), true, 5},
                                 {inContext("Where"), QStringLiteral("where"), false, 8}};
  const QList<Column> gone = {{inContext("Lot"), QStringLiteral("lot"), false, 10},
                              {inContext("Product"), QStringLiteral("product"), false, 7},
                              {inContext("Took"), QStringLiteral("took"), true, 7}};
  return stage == LotStage::kFinished || stage == LotStage::kCancelled ? gone : inPlant;
}

QList<TableRow> cardRows(const PlantState& state, LotStage stage) {
  QList<TableRow> rows;
  for (const Lot& lot : state.lots) {
    if (lot.stage != stage) continue;
    Cell name = words(lot.name);
    if (stage == LotStage::kHeld) name.mark = CellMark::kPriority3;
    name.spoken = inContext("lot %1 of %2").arg(lot.name, lot.product);
    name.tip = stage == LotStage::kHeld ? inContext("held: %1").arg(lot.holdReason) : name.spoken;
    Cell third = over(lot) ? timeInPlant(state, lot) : words(where(lot));
    rows.append({lot.name, {name, over(lot) ? words(lot.product) : stepCell(lot), third}});
  }
  return rows;
}

QList<Column> stationColumns() {
  return {{inContext("Station"), QStringLiteral("station"), false, 14},
          {inContext("Kind"), QStringLiteral("kind"), false, 12},
          {inContext("State"), QStringLiteral("state"), false, 8},
          {inContext("Step"), QStringLiteral("step"), true, 5},
          {inContext("Lots"), QStringLiteral("lots"), false, 26},
          {inContext("Waiting"), QStringLiteral("waiting"), true, 7},
          {inContext("Jobs"), QStringLiteral("jobs"), true, 6},
          {inContext("Used"), QStringLiteral("used"), true, 7}};
}

QList<TableRow> stationRows(const PlantState& state) {
  QList<TableRow> rows;
  for (const StationState& station : state.figures.stations) {
    Cell used = words(inContext("%1 %").arg(station.utilisation * 100, 0, 'f', 1));
    used.sort = station.utilisation;
    rows.append(
        {station.name,
         {words(station.name), words(station.kind), words(station.state),
          station.step > 0 ? words(inContext("S%1").arg(station.step)) : words(QStringLiteral("–")),
          words(station.lots.isEmpty() ? QStringLiteral("–")
                                       : station.lots.join(QStringLiteral(", "))),
          number(station.waiting), number(station.jobs), used}});
  }
  return rows;
}

}  // namespace cohort::console
