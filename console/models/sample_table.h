/// The table twin of a plot: the samples of one sensor in a range of time, at raw resolution.
#pragma once

#include "console/models/plant_state.h"
#include "console/models/row_table.h"
#include "console/models/time_text.h"

namespace cohort::console {

QList<Column> sampleColumns(const QString& unit);
/// At most `limit` rows, the newest of the range. Times carry their zone.
QList<TableRow> sampleRows(const QList<Sample>& samples, qint64 fromMs, qint64 toMs, Zone zone,
                           int limit);
/// The shortest of `minutes` (ascending) that reaches back to the first sample; the longest if none
/// does, and while there is no sample. Requires: minutes is not empty.
int minutesThatShow(const QList<Sample>& samples, qint64 nowMs, const QList<int>& minutes);
/// RFC 4180, UTF-8, ISO 8601 UTC: exactly the samples of the range.
QString samplesAsCsv(const SensorInfo& sensor, const QList<Sample>& samples, qint64 fromMs,
                     qint64 toMs);

}  // namespace cohort::console
