#include "console/models/news_table.h"

#include <QCoreApplication>

namespace cohort::console {

namespace {

QString inContext(const char* text) {
  return QCoreApplication::translate("NewsTable", text);
}

}  // namespace

std::pair<QString, QString> newsField(const QString& name, const QString& value) {
  QString words = name;
  QString told = value;
  if (words.endsWith(QStringLiteral("_ms"))) {
    words.chop(3);
    const qint64 ms = value.toLongLong();
    told = words.contains(QStringLiteral("cycle")) ? plantHoursText(ms) : plantTimeText(ms);
  }
  return {words.replace(QLatin1Char('_'), QLatin1Char(' ')), told};
}

QString newsSummary(const NewsRow& row) {
  QStringList parts;
  for (const auto& [name, value] : row.fields) {
    if (value.isEmpty()) continue;
    const auto [words, told] = newsField(name, value);
    parts += inContext("%1 %2").arg(words, told);
  }
  return parts.join(QStringLiteral(", "));
}

NewsTable::NewsTable(QObject* parent)
    : ListModel<NewsRow>({{inContext("No."), QStringLiteral("no"), true, 7},
                          {inContext("Posted"), QStringLiteral("posted"), true, 17},
                          {inContext("Subject"), QStringLiteral("subject"), false, 22},
                          {inContext("What"), QStringLiteral("what"), false, 60},
                          {inContext("From"), QStringLiteral("from"), false, 10}},
                         parent) {}

void NewsTable::setZone(Zone zone) {
  if (zone == zone_) return;
  zone_ = zone;
  if (rowCount() > 0) emit dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
}

QString NewsTable::idOf(const NewsRow& row) const {
  return row.gapTo != 0 ? QStringLiteral("gap %1").arg(row.number) : QString::number(row.number);
}

Cell NewsTable::cellOf(const NewsRow& row, int column) const {
  Cell cell;
  switch (column) {
    case 0:
      cell.text = row.gapTo > row.number ? QStringLiteral("%1–%2").arg(row.number).arg(row.gapTo)
                                         : QString::number(row.number);
      cell.sort = qlonglong(row.number);
      break;
    case 1:
      cell.text = timeText(row.atMs, zone_, true);
      cell.sort = row.atMs;
      break;
    case 2:
      cell.text = row.gapTo != 0 ? inContext("missing") : row.subject;
      if (row.gapTo != 0) cell.mark = CellMark::kEvent;
      break;
    case 3:
      cell.text = row.gapTo != 0 ? inContext(
                                       "these numbers were posted before this console came "
                                       "or never reached it")
                                 : newsSummary(row);
      break;
    default:
      cell.text = row.poster;
  }
  return cell;
}

}  // namespace cohort::console
