#include "console/models/time_text.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QTimeZone>
#include <algorithm>

namespace cohort::console {

namespace {

QDateTime moment(qint64 ms, Zone zone) {
  return zone == Zone::kUtc ? QDateTime::fromMSecsSinceEpoch(ms, Qt::UTC)
                            : QDateTime::fromMSecsSinceEpoch(ms, Qt::LocalTime);
}

QString inContext(const char* text) {
  return QCoreApplication::translate("TimeText", text);
}

}  // namespace

QString timeText(qint64 ms, Zone zone, bool millis) {
  const QString format = millis ? QStringLiteral("HH:mm:ss.zzz") : QStringLiteral("HH:mm:ss");
  return moment(ms, zone).toString(format) + QLatin1Char(' ') + zoneText(ms, zone);
}

QString dateTimeText(qint64 ms, Zone zone) {
  return moment(ms, zone).toString(QStringLiteral("yyyy-MM-dd HH:mm:ss ")) + zoneText(ms, zone);
}

QString axisTimeText(qint64 ms, Zone zone, bool seconds) {
  return moment(ms, zone).toString(seconds ? QStringLiteral("HH:mm:ss") : QStringLiteral("HH:mm"));
}

QString zoneText(qint64 ms, Zone zone) {
  if (zone == Zone::kUtc) return QStringLiteral("UTC");
  return moment(ms, zone).timeZoneAbbreviation();
}

QString ageText(qint64 ms) {
  const qint64 seconds = std::max<qint64>(ms, 0) / 1000;
  const qint64 minutes = seconds / 60;
  const qint64 hours = minutes / 60;
  if (minutes == 0) return inContext("%1 s").arg(seconds);
  if (hours == 0) return inContext("%1 min %2 s").arg(minutes).arg(seconds % 60);
  if (hours < 24) {
    return inContext("%1 h %2 min").arg(hours).arg(minutes % 60, 2, 10, QLatin1Char('0'));
  }
  return inContext("%1 d %2 h").arg(hours / 24).arg(hours % 24);
}

QString plantHoursText(qint64 ms) {
  return inContext("%1 h").arg(double(ms) / 3'600'000.0, 0, 'f', 1);
}

QString plantTimeText(qint64 ms) {
  const qint64 minutes = std::max<qint64>(ms, 0) / 60'000;
  return inContext("day %1 %2:%3 plant")
      .arg(minutes / 1440 + 1)
      .arg(minutes / 60 % 24, 2, 10, QLatin1Char('0'))
      .arg(minutes % 60, 2, 10, QLatin1Char('0'));
}

}  // namespace cohort::console
