/// Where a plant's events come from: the bridge to a live plant, or a recording.
#pragma once

#include <QObject>

#include "console/models/command_text.h"
#include "console/models/plant_event.h"

namespace cohort::console {

class PlantSource : public QObject {
  Q_OBJECT

 public:
  using QObject::QObject;

  /// From now on batches come, in the thread of the caller.
  virtual void start() = 0;
  /// Sends a command that an operator has confirmed; what becomes of it comes as CommandChange.
  virtual void submit(const CommandDraft& draft, const QString& user, const QString& reason) = 0;
  /// Tries at once to reach the plant again.
  virtual void retry() = 0;
  /// For the status bar: how long the last batch waited for this thread, in milliseconds.
  virtual qint64 lagMs() const { return 0; }

 signals:
  void batch(const QList<PlantEvent>& events);
};

}  // namespace cohort::console
