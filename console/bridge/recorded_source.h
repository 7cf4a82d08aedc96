/// A recording as a plant: its events come at their own pace, or all up to a mark at once.
#pragma once

#include <QTimer>

#include "console/models/plant_source.h"

namespace cohort::console {

class RecordedSource : public PlantSource {
  Q_OBJECT

 public:
  explicit RecordedSource(QList<PlantEvent> events, QObject* parent = nullptr);

  /// Plays at the recording's own pace from where it stands.
  void start() override;
  /// A recording takes no commands: they come back as refused.
  void submit(const CommandDraft& draft, const QString& user, const QString& reason) override;
  void retry() override {}

  /// Tells everything up to the mark at once. Returns false where it does not come any more.
  bool playTo(const QString& mark);
  void playToEnd();
  /// The recording's own time: of the last event told, and what passed since.
  qint64 nowMs() const { return nowMs_; }
  /// Lets time pass without events.
  void advance(qint64 ms) { nowMs_ += ms; }

 private:
  void tell(qsizetype until);
  void step();

  QList<PlantEvent> events_;
  qsizetype next_ = 0;
  qint64 nowMs_ = 0;
  int refused_ = 0;
  QTimer timer_;
};

}  // namespace cohort::console
