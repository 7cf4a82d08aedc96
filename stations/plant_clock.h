/// The plant clock: runs faster than real time by a set factor. Pure: the real time is handed in.
#pragma once

#include <cmath>

#include "platform/base/assert.h"
#include "platform/base/time.h"
#include "stations/mini_fab.h"

namespace cohort::stations {

class PlantClock {
 public:
  /// At `wall_start` the plant time is `plant_start`; it runs `factor` times as fast as the wall's.
  /// Requires: factor > 0, plant_start >= 0.
  PlantClock(WallTime wall_start, PlantTime plant_start, double factor)
      : wall_start_(wall_start), plant_start_(plant_start), factor_(factor) {
    COHORT_ASSERT(factor > 0 && std::isfinite(factor), "a plant clock runs forward");
    COHORT_ASSERT(plant_start >= 0, "plant time counts from the plant's start");
  }

  /// The plant time at a moment; moments before the start give the start.
  PlantTime at(WallTime now) const {
    if (now <= wall_start_) return plant_start_;
    const double elapsed_ms = static_cast<double>(now.ns - wall_start_.ns) / 1e6;
    return plant_start_ + static_cast<PlantTime>(std::llround(elapsed_ms * factor_));
  }

  /// The first moment at which the plant time has been reached.
  WallTime when(PlantTime at) const {
    if (at <= plant_start_) return wall_start_;
    const double elapsed_ms = static_cast<double>(at - plant_start_) / factor_;
    return WallTime{wall_start_.ns + static_cast<std::int64_t>(std::ceil(elapsed_ms * 1e6))};
  }

  WallTime wall_start() const { return wall_start_; }
  PlantTime plant_start() const { return plant_start_; }
  double factor() const { return factor_; }

 private:
  WallTime wall_start_;
  PlantTime plant_start_;
  double factor_;
};

}  // namespace cohort::stations
