/// A recording: a plant's events as JSON lines, one event a line (docs/formats/recording.md).
#pragma once

#include <QByteArray>

#include "console/models/plant_event.h"

namespace cohort::console {

/// One line without its end.
QByteArray toLine(const PlantEvent& event);

/// Reads one line. Ensures: on an error `wrong` says what, in words, and the event is a Heard.
PlantEvent parseLine(const QByteArray& line, QString& wrong);

/// Reads all lines; empty lines are skipped. Ensures: on an error `wrong` names the line and the
/// events before it are returned.
QList<PlantEvent> parseRecording(const QByteArray& text, QString& wrong);

}  // namespace cohort::console
