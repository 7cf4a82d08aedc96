/// Times as people read them: always with their zone.
#pragma once

#include <QString>

namespace cohort::console {

enum class Zone { kUtc, kLocal };

/// "14:02:11 UTC"; with `millis` "14:02:11.482 UTC".
QString timeText(qint64 ms, Zone zone, bool millis = false);
/// "2026-11-23 14:02:11 UTC".
QString dateTimeText(qint64 ms, Zone zone);
/// "14:02" without a zone, for axes whose title names the zone once.
QString axisTimeText(qint64 ms, Zone zone, bool seconds);
/// "UTC", or the local zone's abbreviation at that time.
QString zoneText(qint64 ms, Zone zone);
/// "6 s", "1 min 12 s", "2 h 05 min", "6 d 2 h"; never negative.
QString ageText(qint64 ms);
/// A length of plant time in hours: "14.1 h".
QString plantHoursText(qint64 ms);
/// A moment of plant time: "day 2 14:05 plant".
QString plantTimeText(qint64 ms);

}  // namespace cohort::console
