#include "console/bridge/conflation.h"

namespace cohort::console {

bool Conflation::put(PlantEvent event) {
  const std::scoped_lock lock(mutex_);
  const bool wake = events_.isEmpty() && states_.empty() && dropped_ == 0;
  if (conflatable(event)) {
    const std::size_t kind = event.body.index();
    states_.insert_or_assign(kind, std::move(event));
  } else if (events_.size() >= kEventsQueued) {
    ++dropped_;
    droppedAtMs_ = event.atMs;
  } else {
    events_.append(std::move(event));
  }
  return wake;
}

QList<PlantEvent> Conflation::take() {
  const std::scoped_lock lock(mutex_);
  QList<PlantEvent> all = std::exchange(events_, {});
  if (dropped_ > 0) all.append({droppedAtMs_, EventGap{dropped_}});
  dropped_ = 0;
  for (auto& [kind, event] : states_) all.append(std::move(event));
  states_.clear();
  return all;
}

}  // namespace cohort::console
