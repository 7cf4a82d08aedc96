/// Writes every event that the window folds, as a recording that --demo can show.
#pragma once

#include <QFile>
#include <QObject>

#include "console/models/plant_event.h"

namespace cohort::console {

class Recorder : public QObject {
  Q_OBJECT

 public:
  using QObject::QObject;

  /// Returns what is wrong in words, or nothing. An existing file is replaced.
  QString open(const QString& path);
  /// Errors: a disk that is full ends the recording with one line on stderr; the console goes on.
  void write(const QList<PlantEvent>& events);

 private:
  QFile file_;
};

}  // namespace cohort::console
