/// How long a job takes at a simulated station, phase by phase, and whether the station can do it.
/// Pure functions of the Mini-Fab's tables.
#pragma once

#include "platform/base/result.h"
#include "stations/equipment.h"
#include "stations/mini_fab.h"

namespace cohort::stations {

/// What the last job left behind: Me's set-up, the transporter's place.
struct Tooling {
  Setup setup;
  Area position = Area::kSource;
  bool operator==(const Tooling&) const = default;
};

/// The phases of one job, in their order. A transporter's: empty travel and pick-up (load), travel
/// with the carrier (process), drop (unload).
struct JobPlan {
  PlantTime load = 0;
  PlantTime setup = 0;
  PlantTime process = 0;
  PlantTime unload = 0;
  PlantTime total() const { return load + setup + process + unload; }
  bool operator==(const JobPlan&) const = default;
};

/// Errors: kInvalidArgument (another station's name, a step or move that it cannot do, no lots, too
/// many, a lot twice, an unknown product or area, mixed products where one is needed), kLimit.
Result<JobPlan> plan_job(const StationSpec& station, const Tooling& tooling, const Job& job);

/// Requires: plan_job() accepted the job.
Tooling tooling_after(const StationSpec& station, const Tooling& tooling, const Job& job);

}  // namespace cohort::stations
