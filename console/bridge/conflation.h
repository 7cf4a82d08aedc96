/// What stands between the plant's thread and the window's: states are conflated by kind, events
/// never are. A full queue drops events and says how many.
///
/// put() from one thread, take() from another; both cost O(1) under one lock a call.
#pragma once

#include <QList>
#include <map>
#include <mutex>

#include "console/models/plant_event.h"

namespace cohort::console {

inline constexpr qsizetype kEventsQueued = 100'000;

class Conflation {
 public:
  /// Returns true where the reader must be woken: nothing was waiting before.
  bool put(PlantEvent event);
  /// Everything that waits: events in their order, a gap where some were dropped, then the latest
  /// states.
  QList<PlantEvent> take();

 private:
  std::mutex mutex_;
  QList<PlantEvent> events_;
  std::map<std::size_t, PlantEvent> states_;  ///< by the kind's place in the variant
  quint64 dropped_ = 0;
  qint64 droppedAtMs_ = 0;
};

}  // namespace cohort::console
