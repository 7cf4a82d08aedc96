#include "services/planning/offline_plant.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace cohort::services::planning {
namespace {

using dispatch::Command;
using stations::PlantTime;

Result<void> check(const PlanOptions& options) {
  if (options.weeks == 0) return make_error(Errc::kInvalidArgument, "a plan has at least one week");
  for (const auto kind :
       {stations::StationKind::kDiffusion, stations::StationKind::kImplant,
        stations::StationKind::kLithography, stations::StationKind::kTransporter}) {
    const bool there = std::any_of(options.stations.begin(), options.stations.end(),
                                   [kind](const auto& station) { return station.kind == kind; });
    if (!there) {
      return make_error(Errc::kInvalidArgument,
                        fmt::format("the plant has no {} station", stations::to_string(kind)));
    }
  }
  return {};
}

/// Each week is planned a week ahead, so that the book always knows that more lots come.
Result<void> plan_week(OfflinePlant& plant, const PlanOptions& options, std::uint32_t week) {
  dispatch::ReleasePlan plan;
  plan.lots_most = options.lots_most;
  plan.from_ms = week * stations::kPlantWeek;
  plan.seed = options.seed == 0 ? 0 : options.seed + week;
  const auto applied = plant.command(plan);
  if (!applied) return std::unexpected(applied.error());
  if (applied->refused) return std::unexpected(*applied->refused);
  return {};
}

PlanResult result_of(const dispatch::PlantBook& book, PlantTime last_release) {
  PlanResult result;
  result.report = dispatch::report_of(book.book());
  result.short_batches = book.book().short_batches;
  result.digest = book.digest();
  const PlantTime from = last_release / 4;
  const double window = static_cast<double>(std::max<PlantTime>(1, last_release - from));
  for (const dispatch::BookStation& station : book.book().stations) {
    const PlantTime busy =
        dispatch::busy_between(book.book(), station.spec.name, from, last_release);
    result.steady.push_back({station.spec.name, static_cast<double>(busy) / window});
  }
  return result;
}

}  // namespace

OfflinePlant::OfflinePlant(const PlanOptions& options) : book_(options.stations, options.policy) {
  for (const stations::StationSpec& station : options.stations) {
    machines_.emplace(station.name, stations::Machine(station));
  }
}

Result<dispatch::Applied> OfflinePlant::command(const Command& command) {
  dispatch::Applied applied = book_.apply(command, now_ms_);
  if (auto carried = carry_out(applied.orders); !carried) return std::unexpected(carried.error());
  return applied;
}

Result<bool> OfflinePlant::next() {
  std::optional<PlantTime> at = book_.next_tick();
  for (const auto& [name, machine] : machines_) {
    const auto completion = machine.next_completion();
    if (completion && (!at || *completion < *at)) at = completion;
  }
  if (!at) return false;
  now_ms_ = std::max(now_ms_, *at);
  bool any = false;
  for (auto& [name, machine] : machines_) {
    for (const stations::EquipmentEvent& event : machine.advance(now_ms_)) {
      any = true;
      if (auto completed = complete(event); !completed) return std::unexpected(completed.error());
    }
  }
  if (!any) {
    const auto ticked = command(dispatch::Tick{});
    if (!ticked) return std::unexpected(ticked.error());
  }
  return true;
}

Result<void> OfflinePlant::complete(const stations::EquipmentEvent& event) {
  dispatch::OrderDone done;
  done.order = running_.at(event.job.key);
  done.started_ms = event.status.started_ms;
  done.completed_ms = event.status.completed_ms;
  done.duplicates_refused = event.status.duplicates_refused;
  running_.erase(event.job.key);
  const auto applied = command(done);
  if (!applied) return std::unexpected(applied.error());
  if (applied->refused) return std::unexpected(*applied->refused);
  return {};
}

Result<void> OfflinePlant::carry_out(const std::vector<dispatch::Order>& orders) {
  for (const dispatch::Order& order : orders) {
    const std::string key = fmt::format("order-{}", order.id);
    const stations::StartReply reply =
        machines_.at(order.station).start(dispatch::job_of(order, key), now_ms_);
    if (reply.outcome != stations::StartOutcome::kStarted) {
      return make_error(Errc::kRefused, fmt::format("order {}: {}", order.id, reply.reason));
    }
    running_[key] = order.id;
  }
  return {};
}

Result<PlanResult> run_plan(const PlanOptions& options) {
  if (auto sound = check(options); !sound) return std::unexpected(sound.error());
  OfflinePlant plant(options);
  PlantTime last_release = 0;
  std::uint32_t planned_weeks = 0;
  while (true) {
    const auto& book = plant.book().book();
    const bool plan_more =
        planned_weeks < options.weeks &&
        book.now_ms + stations::kPlantWeek >= planned_weeks * stations::kPlantWeek;
    if (plan_more) {
      if (auto planned = plan_week(plant, options, planned_weeks); !planned) {
        return std::unexpected(planned.error());
      }
      ++planned_weeks;
    }
    if (!book.plan.empty()) last_release = book.plan.back().at_ms;
    const auto went_on = plant.next();
    if (!went_on) return std::unexpected(went_on.error());
    if (!*went_on) break;
  }
  if (!plant.book().empty()) {
    return make_error(Errc::kLimit, fmt::format("{} lots never get out of the plant",
                                                plant.book().book().active.size()));
  }
  return result_of(plant.book(), last_release);
}

}  // namespace cohort::services::planning
