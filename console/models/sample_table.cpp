#include "console/models/sample_table.h"

#include <QCoreApplication>
#include <QDateTime>
#include <algorithm>

namespace cohort::console {

namespace {

QString inContext(const char* text) {
  return QCoreApplication::translate("SampleTable", text);
}

auto rangeOf(const QList<Sample>& samples, qint64 fromMs, qint64 toMs) {
  const auto first = std::lower_bound(samples.cbegin(), samples.cend(), fromMs,
                                      [](const Sample& one, qint64 ms) { return one.atMs < ms; });
  const auto last = std::upper_bound(first, samples.cend(), toMs,
                                     [](qint64 ms, const Sample& one) { return ms < one.atMs; });
  return std::pair(first, last);
}

Cell number(double value, int digits) {
  Cell cell;
  cell.text = QString::number(value, 'f', digits);
  cell.sort = value;
  return cell;
}

}  // namespace

QList<Column> sampleColumns(const QString& unit) {
  return {{inContext("Time"), QStringLiteral("time"), true, 18},
          {inContext("Value (%1)").arg(unit), QStringLiteral("value"), true, 14},
          {inContext("± error (%1)").arg(unit), QStringLiteral("error"), true, 14}};
}

QList<TableRow> sampleRows(const QList<Sample>& samples, qint64 fromMs, qint64 toMs, Zone zone,
                           int limit) {
  QList<TableRow> rows;
  auto [first, last] = rangeOf(samples, fromMs, toMs);
  if (last - first > limit) first = last - limit;
  for (auto one = first; one != last; ++one) {
    Cell time;
    time.text = timeText(one->atMs, zone, true);
    time.sort = one->atMs;
    rows.append({QString::number(one->atMs), {time, number(one->value, 3), number(one->error, 3)}});
  }
  return rows;
}

int minutesThatShow(const QList<Sample>& samples, qint64 nowMs, const QList<int>& minutes) {
  if (samples.isEmpty()) return minutes.last();
  const qint64 reachMs = nowMs - samples.first().atMs;
  for (const int span : minutes) {
    if (span * qint64{60'000} >= reachMs) return span;
  }
  return minutes.last();
}

QString samplesAsCsv(const SensorInfo& sensor, const QList<Sample>& samples, qint64 fromMs,
                     qint64 toMs) {
  QString text = QStringLiteral("time_utc,sensor,value,error,unit\r\n");
  const auto [first, last] = rangeOf(samples, fromMs, toMs);
  for (auto one = first; one != last; ++one) {
    const QString time =
        QDateTime::fromMSecsSinceEpoch(one->atMs, Qt::UTC).toString(Qt::ISODateWithMs);
    text += QStringLiteral("%1,\"%2\",%3,%4,\"%5\"\r\n")
                .arg(time, sensor.name, QString::number(one->value, 'g', 12),
                     QString::number(one->error, 'g', 6), sensor.unit);
  }
  return text;
}

}  // namespace cohort::console
