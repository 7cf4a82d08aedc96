#include "services/dispatch/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "services/dispatch/rules.h"

namespace cohort::services::dispatch {
namespace {

void count_lots(const Book& book, PlantReport& report) {
  PlantTime cycles = 0;
  for (const auto& [id, lot] : book.past) {
    if (lot.state == LotState::kCancelled) {
      ++report.cancelled;
      continue;
    }
    ++report.finished;
    const PlantTime cycle = lot.finished_ms - lot.released_ms;
    cycles += cycle;
    report.longest_cycle_ms = std::max(report.longest_cycle_ms, cycle);
  }
  if (report.finished > 0) {
    report.mean_cycle_ms = cycles / static_cast<PlantTime>(report.finished);
  }
  report.in_progress = book.active.size();
  report.held = static_cast<std::uint64_t>(
      std::count_if(book.active.begin(), book.active.end(),
                    [](const auto& entry) { return entry.second.state == LotState::kHeld; }));
}

void set_window(const Book& book, PlantReport& report) {
  PlantTime first = book.now_ms;
  PlantTime last = 0;
  for (const auto* lots : {&book.active, &book.past}) {
    for (const auto& [id, lot] : *lots) {
      first = std::min(first, lot.released_ms);
      last = std::max(last, lot.finished_ms);
    }
  }
  report.from_ms = first;
  const bool empty = book.plan.empty() && book.active.empty() && !book.past.empty();
  report.to_ms = empty ? last : book.now_ms;
}

}  // namespace

PlantReport report_of(const Book& book) {
  PlantReport report;
  report.now_ms = book.now_ms;
  report.planned = book.plan.size();
  report.released = book.counters.lots_released;
  report.short_batches = book.counters.short_batches;
  report.duplicates_refused = book.counters.duplicates_refused;
  report.results_repeated = book.counters.results_repeated;
  report.orders_done = book.counters.orders_done;
  report.orders_failed = book.counters.orders_failed;
  count_lots(book, report);
  set_window(book, report);
  const double window = static_cast<double>(std::max<PlantTime>(1, report.to_ms - report.from_ms));
  for (const BookStation& station : book.stations) {
    report.stations.push_back({station.spec.name, station.spec.kind, station.jobs, station.busy_ms,
                               static_cast<double>(station.busy_ms) / window});
  }
  return report;
}

PlantTime busy_between(const Book& book, std::string_view station, PlantTime from_ms,
                       PlantTime to_ms) {
  PlantTime busy = 0;
  std::set<std::uint64_t> counted;  // a batch is one job
  for (const auto* lots : {&book.active, &book.past}) {
    for (const auto& [id, lot] : *lots) {
      for (const StepRecord& record : lot.history) {
        if (record.station != station || !counted.insert(record.order).second) continue;
        busy += std::max<PlantTime>(
            0, std::min(record.completed_ms, to_ms) - std::max(record.started_ms, from_ms));
      }
    }
  }
  return busy;
}

std::size_t waiting_for(const Book& book, const BookStation& station) {
  const bool moves = station.spec.kind == stations::StationKind::kTransporter;
  return static_cast<std::size_t>(
      std::count_if(book.active.begin(), book.active.end(), [&](const auto& entry) {
        const Lot& lot = entry.second;
        if (moves) return lot.state == LotState::kAwaitingMove;
        return lot.state == LotState::kWaiting &&
               stations::step_model(lot.step).kind == station.spec.kind &&
               may_visit(book, station, lot);
      }));
}

std::string plant_time_text(PlantTime at_ms) {
  const PlantTime minutes = at_ms / stations::kPlantMinute;
  return fmt::format("{} d {:02}:{:02}", minutes / (24 * 60), minutes / 60 % 24, minutes % 60);
}

}  // namespace cohort::services::dispatch
