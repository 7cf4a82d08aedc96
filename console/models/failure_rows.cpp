#include "console/models/failure_rows.h"

#include <QCoreApplication>
#include <algorithm>
#include <tuple>

#include "console/models/command_text.h"
#include "console/models/failure_text.h"

namespace cohort::console {

namespace {

QString inContext(const char* text) {
  return QCoreApplication::translate("FailureRows", text);
}

Cell words(const QString& text) {
  Cell cell;
  cell.text = text;
  return cell;
}

bool acknowledged(const Failure& failure) {
  return failure.state == AlarmState::kAcknowledged || failure.state == AlarmState::kCleared;
}

bool moreUrgent(const Failure& a, const Failure& b) {
  if (acknowledged(a) != acknowledged(b)) return acknowledged(b);
  // What holds now comes before what has gone and was only never acknowledged.
  if (isActive(a) != isActive(b)) return isActive(a);
  return std::tie(a.priority, a.sequence, a.id) < std::tie(b.priority, b.sequence, b.id);
}

QList<Failure> inOrder(const PlantState& state, FailureScope scope) {
  QList<Failure> list;
  for (const Failure& failure : state.failures) {
    if (inScope(failure, scope)) list.append(failure);
  }
  if (scope == FailureScope::kHistory) {
    std::reverse(list.begin(), list.end());
  } else {
    std::sort(list.begin(), list.end(), moreUrgent);
  }
  return list;
}

Cell firstOutCell(const PlantState& state, const Failure& failure) {
  Cell cell;
  if (!failure.cause.isEmpty()) {
    const Failure* cause = findFailure(state, failure.cause);
    cell.text = cause == nullptr ? inContext("caused by another")
                                 : inContext("caused by %1").arg(failureSource(state, *cause));
    cell.mark = CellMark::kConsequence;
  } else if (failure.consequences > 0) {
    cell.text = inContext("first of %1").arg(failure.consequences + 1);
    cell.mark = CellMark::kFirstOut;
  }
  return cell;
}

TableRow failureRow(const PlantState& state, const Failure& failure, Zone zone) {
  Cell priority = words(QString::number(failure.priority));
  priority.mark = priorityMark(failure.priority);
  priority.frame = frameOf(failure);
  priority.sort = failure.priority;
  priority.spoken = inContext("priority %1").arg(failure.priority);
  Cell since =
      words(failure.sinceMs == 0 ? inContext("earlier") : timeText(failure.sinceMs, zone, true));
  since.sort = qlonglong(failure.sequence);
  return {failure.id + QLatin1Char(' ') + QString::number(failure.sequence),
          {priority, words(alarmWord(failure.state)), since, words(failureSource(state, failure)),
           words(failureWhat(state, failure)), words(failureConsequence(state, failure)),
           firstOutCell(state, failure), words(failure.acknowledgedBy)}};
}

TableRow attentionRow(const QString& id, int priority, CellFrame frame, const QString& source,
                      const QString& what, const QString& since) {
  Cell mark = words(QString::number(priority));
  mark.mark = priorityMark(priority);
  mark.frame = frame;
  mark.spoken = inContext("priority %1").arg(priority);
  Cell where = words(source);
  where.tip = inContext("%1: %2, since %3").arg(source, what, since);
  Cell told = words(what);
  told.tip = where.tip;
  return {id, {mark, where, told}};
}

}  // namespace

bool inScope(const Failure& failure, FailureScope scope) {
  switch (scope) {
    case FailureScope::kStanding:
      return isStanding(failure);
    case FailureScope::kUnacknowledged:
      return !acknowledged(failure);
    case FailureScope::kHistory:
      return true;
  }
  return false;
}

CellMark priorityMark(int priority) {
  if (priority == 1) return CellMark::kPriority1;
  return priority == 2 ? CellMark::kPriority2 : CellMark::kPriority3;
}

CellFrame frameOf(const Failure& failure) {
  switch (failure.state) {
    case AlarmState::kUnacknowledged:
      return isFolded(failure) ? CellFrame::kSuppressed : CellFrame::kUnacknowledged;
    case AlarmState::kAcknowledged:
      return isFolded(failure) ? CellFrame::kSuppressed : CellFrame::kPlain;
    case AlarmState::kReturnedUnacknowledged:
    case AlarmState::kCleared:
      return CellFrame::kReturned;
  }
  return CellFrame::kPlain;
}

QList<Column> failureColumns() {
  return {{inContext("P"), QStringLiteral("p"), false, 4},
          {inContext("State"), QStringLiteral("state"), false, 15},
          {inContext("Since"), QStringLiteral("since"), true, 17},
          {inContext("Source"), QStringLiteral("source"), false, 25},
          {inContext("What"), QStringLiteral("what"), false, 24},
          {inContext("Consequence"), QStringLiteral("consequence"), false, 28},
          {inContext("First-out"), QStringLiteral("first-out"), false, 25},
          {inContext("Ack by"), QStringLiteral("by"), false, 9}};
}

int failureCount(const PlantState& state, FailureScope scope) {
  return int(std::count_if(state.failures.cbegin(), state.failures.cend(),
                           [&](const Failure& one) { return inScope(one, scope); }));
}

QList<TableRow> failureRows(const PlantState& state, FailureScope scope,
                            const QStringList& unfolded, Zone zone) {
  const QList<Failure> list = inOrder(state, scope);
  QList<TableRow> rows;
  const auto present = [&](const QString& id) {
    return std::any_of(list.cbegin(), list.cend(),
                       [&](const Failure& one) { return one.id == id; });
  };
  for (const Failure& failure : list) {
    if (isFolded(failure) && present(failure.cause)) continue;
    rows.append(failureRow(state, failure, zone));
    if (failure.consequences == 0 || !unfolded.contains(failure.id)) continue;
    for (const Failure& other : list) {
      if (other.cause == failure.id && isFolded(other)) rows.append(failureRow(state, other, zone));
    }
  }
  return rows;
}

QList<Column> attentionColumns() {
  return {{inContext("P"), QStringLiteral("p"), false, 3},
          {inContext("Where"), QStringLiteral("where"), false, 20},
          {inContext("What"), QStringLiteral("what"), false, 24}};
}

QList<TableRow> attentionRows(const PlantState& state, Zone zone, qint64 nowMs) {
  QList<TableRow> rows;
  for (const Failure& failure : inOrder(state, FailureScope::kStanding)) {
    if (isFolded(failure)) continue;
    QString what = failureWhat(state, failure);
    if (failure.consequences > 0) what = inContext("%1, +%2").arg(what).arg(failure.consequences);
    if (failure.state == AlarmState::kReturnedUnacknowledged) {
      what = inContext("was: %1").arg(what);
    }
    rows.append(attentionRow(QStringLiteral("failure %1").arg(failure.id), failure.priority,
                             frameOf(failure), failureSource(state, failure), what,
                             timeText(failure.sinceMs, zone)));
  }
  for (const CommandRecord& command : state.commands) {
    if (!isPending(command) || nowMs - command.sentMs < 10'000) continue;
    rows.append(attentionRow(QStringLiteral("command %1").arg(command.id), 2,
                             CellFrame::kUnacknowledged, commandTitle(state, command),
                             commandPhaseWord(command, nowMs), timeText(command.sentMs, zone)));
  }
  for (const Lot& lot : state.lots) {
    if (lot.stage != LotStage::kHeld) continue;
    rows.append(attentionRow(QStringLiteral("lot %1").arg(lot.name), 3, CellFrame::kPlain,
                             inContext("lot %1").arg(lot.name),
                             inContext("held: %1").arg(lot.holdReason),
                             plantTimeText(lot.releasedMs)));
  }
  return rows;
}

const Failure* mostUrgent(const PlantState& state) {
  const Failure* best = nullptr;
  for (const Failure& failure : state.failures) {
    if (acknowledged(failure) || isFolded(failure)) continue;
    if (best == nullptr || moreUrgent(failure, *best)) best = &failure;
  }
  return best;
}

}  // namespace cohort::console
