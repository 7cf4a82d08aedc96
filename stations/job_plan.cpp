#include "stations/job_plan.h"

#include <fmt/format.h>

#include <set>

#include "stations/limits.h"

namespace cohort::stations {
namespace {

std::unexpected<Error> invalid(const StationSpec& station, std::string_view why) {
  return make_error(Errc::kInvalidArgument, fmt::format("station {}: {}", station.name, why));
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= limits::kNameBytes;
}

Result<void> check_names(const StationSpec& station, const Job& job) {
  if (job.station != station.name) {
    return invalid(station, fmt::format("the job is for station '{}'", job.station));
  }
  if (!is_name(job.key)) return invalid(station, "a job needs a key of 1 to 64 bytes");
  if (job.recipe.size() > limits::kNameBytes)
    return invalid(station, "the recipe's name is too long");
  if (job.lots.empty()) return invalid(station, "a job needs at least one lot");
  if (job.lots.size() > station_model(station.kind).lots_most) {
    return invalid(station, fmt::format("{} lots in one job, at most {} fit", job.lots.size(),
                                        station_model(station.kind).lots_most));
  }
  std::set<std::string_view> seen;
  for (const std::string& lot : job.lots) {
    if (!is_name(lot)) return invalid(station, "a lot needs a name of 1 to 64 bytes");
    if (!seen.insert(lot).second)
      return invalid(station, fmt::format("lot {} is named twice", lot));
  }
  return {};
}

Result<JobPlan> plan_move(const StationSpec& station, const Tooling& tooling, const Job& job) {
  const auto from = parse_area(job.from);
  const auto to = parse_area(job.to);
  if (!from || !to) {
    return invalid(station, fmt::format("move from '{}' to '{}': areas are Source, C1, C2, C3, Out",
                                        job.from, job.to));
  }
  if (job.step < 1 || job.step > kOutLeg) return invalid(station, "a move leads to step 1 to 7");
  const Area due = job.step == kOutLeg ? Area::kOut : step_model(job.step).area;
  if (*to != due) {
    return invalid(station, fmt::format("the move to step {} ends at {}, not {}", job.step,
                                        to_string(due), job.to));
  }
  const PlantTime pick_up = kHandlingTime / 2;
  return JobPlan{travel_time(tooling.position, *from) + pick_up, 0, travel_time(*from, *to),
                 kHandlingTime - pick_up};
}

Result<JobPlan> plan_step(const StationSpec& station, const Tooling& tooling, const Job& job) {
  if (job.step < 1 || job.step > kSteps) return invalid(station, "steps are 1 to 6");
  const StepModel& step = step_model(job.step);
  if (step.kind != station.kind) {
    return invalid(station,
                   fmt::format("step {} is done by {} stations", job.step, to_string(step.kind)));
  }
  const auto product = parse_product(job.product);
  const StationModel& model = station_model(station.kind);
  const bool mixed_allowed = model.lots_most > 1 && !step.one_product;
  if (!product && !(mixed_allowed && job.product == kMixedProduct)) {
    return invalid(station, fmt::format("step {} of product '{}': products are Pa, Pb, TW{}",
                                        job.step, job.product, mixed_allowed ? ", mixed" : ""));
  }
  JobPlan plan{model.load, 0, step.process, model.unload};
  if (station.kind == StationKind::kLithography) {
    plan.setup = setup_time(tooling.setup, Setup{job.step, *product});
  }
  return plan;
}

}  // namespace

Result<JobPlan> plan_job(const StationSpec& station, const Tooling& tooling, const Job& job) {
  if (auto names = check_names(station, job); !names) return std::unexpected(names.error());
  return station.kind == StationKind::kTransporter ? plan_move(station, tooling, job)
                                                   : plan_step(station, tooling, job);
}

Tooling tooling_after(const StationSpec& station, const Tooling& tooling, const Job& job) {
  Tooling after = tooling;
  if (station.kind == StationKind::kTransporter) {
    after.position = parse_area(job.to).value_or(tooling.position);
  } else if (const auto product = parse_product(job.product)) {
    after.setup = Setup{job.step, *product};
  }
  return after;
}

}  // namespace cohort::stations
