/// cohort-plan: what would become of a release plan? Simulates the whole plant offline, with the
/// dispatching of the live one, and prints the table that the live one would report.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>

#include "platform/config/plant_file.h"
#include "services/planning/offline_plant.h"

namespace {

using cohort::Result;
using cohort::services::planning::PlanOptions;
using cohort::services::planning::PlanResult;
namespace dispatch = cohort::services::dispatch;
namespace stations = cohort::stations;

constexpr int kExitFailed = 1;
constexpr int kExitUsage = 2;

double hours(stations::PlantTime time) {
  return static_cast<double>(time) / static_cast<double>(stations::kPlantHour);
}

nlohmann::json to_json(const PlanOptions& options, const PlanResult& result) {
  const dispatch::PlantReport& report = result.report;
  nlohmann::json machines = nlohmann::json::array();
  for (std::size_t i = 0; i < report.stations.size(); ++i) {
    const dispatch::StationReport& station = report.stations[i];
    machines.push_back({{"station", station.station},
                        {"kind", stations::to_string(station.kind)},
                        {"jobs", station.jobs},
                        {"busy_ms", station.busy_ms},
                        {"utilisation", station.utilisation},
                        {"steady_utilisation", result.steady[i].utilisation}});
  }
  nlohmann::json batches = nlohmann::json::array();
  for (const dispatch::ShortBatch& batch : result.short_batches) {
    batches.push_back({{"order", batch.order},
                       {"station", batch.station},
                       {"step", batch.step},
                       {"lots", batch.lots}});
  }
  return {{"policy", dispatch::to_string(options.policy)},
          {"seed", options.seed},
          {"weeks", options.weeks},
          {"released", report.released},
          {"finished", report.finished},
          {"short_batches", batches},
          {"mean_cycle_time_ms", report.mean_cycle_ms},
          {"longest_cycle_time_ms", report.longest_cycle_ms},
          {"plant_time_ms", report.to_ms},
          {"orders", report.orders_done},
          {"stations", machines},
          {"digest", fmt::format("{:016x}", result.digest)}};
}

void print_table(const PlanOptions& options, const PlanResult& result) {
  const dispatch::PlantReport& report = result.report;
  fmt::print("policy {}, seed {}, {} week(s) of releases\n", dispatch::to_string(options.policy),
             options.seed, options.weeks);
  fmt::print("lots released {}, finished {}, short batches {}, orders {}\n", report.released,
             report.finished, report.short_batches, report.orders_done);
  fmt::print("cycle time, hours: mean {:.2f}, longest {:.2f}\n", hours(report.mean_cycle_ms),
             hours(report.longest_cycle_ms));
  fmt::print("last lot out at {} (plant time)\n\n", dispatch::plant_time_text(report.to_ms));
  fmt::print("{:<12} {:<12} {:>6} {:>10} {:>13} {:>15}\n", "station", "kind", "jobs", "busy h",
             "whole run", "lots coming");
  for (std::size_t i = 0; i < report.stations.size(); ++i) {
    const dispatch::StationReport& station = report.stations[i];
    const bool moves = station.kind == stations::StationKind::kTransporter;
    fmt::print("{:<12} {:<12} {:>6} {:>10.1f} {:>12.1f}% {:>15}\n", station.station,
               stations::to_string(station.kind), station.jobs, hours(station.busy_ms),
               100 * station.utilisation,
               moves ? "-" : fmt::format("{:.1f}%", 100 * result.steady[i].utilisation));
  }
  for (const dispatch::ShortBatch& batch : result.short_batches) {
    fmt::print("short batch: order {}, {} step S{}: {}\n", batch.order, batch.station, batch.step,
               fmt::join(batch.lots, ", "));
  }
}

Result<std::vector<stations::StationSpec>> stations_of(const std::string& path) {
  if (path.empty()) return stations::mini_fab_stations();
  const auto plant = cohort::config::read_plant_file(path);
  if (!plant) return std::unexpected(plant.error());
  std::vector<stations::StationSpec> specs;
  for (const cohort::config::Station& station : plant->stations) {
    const auto kind = stations::parse_kind(cohort::config::to_string(station.kind));
    specs.push_back({station.name, kind.value_or(stations::StationKind::kDiffusion)});
  }
  return specs;
}

struct CommandLine {
  std::string lots = "week";
  std::string policy = "fifo";
  std::string config;
  bool json = false;
};

Result<void> parse_lots(const std::string& text, PlanOptions& options) {
  if (text == "week") return {};
  const bool digits =
      !text.empty() && text.size() < 5 && text.find_first_not_of("0123456789") == std::string::npos;
  const unsigned long count = digits ? std::stoul(text) : 0;
  if (count < 1 || count > stations::kWeekLots) {
    return cohort::make_error(cohort::Errc::kInvalidArgument,
                              fmt::format("--lots {}: 'week' or a number from 1 to {} is expected",
                                          text, stations::kWeekLots));
  }
  options.lots_most = static_cast<std::uint32_t>(count);
  return {};
}

int fail(int code, const std::string& text) {
  fmt::print(stderr, "cohort-plan: {}\n", text);
  return code;
}

int run(const CommandLine& line, PlanOptions options) {
  if (auto lots = parse_lots(line.lots, options); !lots) {
    return fail(kExitUsage, lots.error().text);
  }
  const auto policy = dispatch::parse_policy(line.policy);
  if (!policy) {
    return fail(kExitUsage, fmt::format("--policy {}: policies are fifo, least-setup, "
                                        "last-step-first",
                                        line.policy));
  }
  options.policy = *policy;
  auto specs = stations_of(line.config);
  if (!specs) return fail(kExitUsage, specs.error().text);
  options.stations = std::move(*specs);
  const auto result = cohort::services::planning::run_plan(options);
  if (!result) return fail(kExitFailed, result.error().text);
  if (line.json) {
    fmt::print("{}\n", to_json(options, *result).dump(2));
  } else {
    print_table(options, *result);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Simulates a release plan offline, with the dispatching of the live plant.\n"
      "Exit codes: 0 done, 1 the plan does not end, 2 wrong option or plant file.");
  CommandLine line;
  PlanOptions options;
  app.add_option("--lots", line.lots, "'week' (84 lots), or only the first N of it");
  app.add_option("--weeks", options.weeks, "weeks of releases")->check(CLI::Range(1, 200));
  app.add_option("--policy", line.policy, "fifo, least-setup or last-step-first");
  app.add_option("--seed", options.seed,
                 "0: releases evenly spread; other: at random within their two hours");
  app.add_option("--config", line.config, "a plant file, for its stations (default: the Mini-Fab)");
  app.add_flag("--json", line.json, "print JSON");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kExitUsage;
  }
  return run(line, options);
}
