#include "platform/sim/app/outcome.h"

#include <fmt/format.h>

namespace cohort::sim::app {

using nlohmann::json;

json to_json(const RunResult& result) {
  json outcome{{"seed", result.seed},
               {"digest", fmt::format("{:016x}", result.digest)},
               {"probes", result.probes}};
  outcome["sums"] = {{"events", result.events},
                     {"steps", result.steps},
                     {"frames", result.frames},
                     {"records", result.records},
                     {"deliveries", result.deliveries},
                     {"site_views", result.site_views},
                     {"group_views", result.group_views},
                     {"resets", result.resets},
                     {"virtual_ms", result.virtual_ms},
                     {"site_crashes", result.counts.site_crashes},
                     {"process_crashes", result.counts.process_crashes},
                     {"fail_stops", result.counts.fail_stops},
                     {"triggered_crashes", result.counts.triggers},
                     {"partitions", result.counts.partitions},
                     {"clogs", result.counts.clogs},
                     {"pauses", result.counts.pauses},
                     {"disk_faults", result.counts.disk_faults},
                     {"clock_faults", result.counts.clock_faults},
                     {"client_faults", result.counts.client_faults}};
  outcome["violations"] = json::array();
  for (const checkers::Violation& violation : result.violations) {
    json witness = json::array();
    for (const wire::HistoryRecord& record : violation.witness) {
      witness.push_back(wire::to_line(record));
    }
    outcome["violations"].push_back(
        {{"property", violation.property}, {"text", violation.text}, {"witness", witness}});
  }
  return outcome;
}

void Totals::add(const json& outcome) {
  ++seeds_;
  for (const auto& [name, value] : outcome.value("sums", json::object()).items()) {
    sums_[name] += value.get<std::uint64_t>();
  }
  for (const auto& [name, value] : outcome.value("probes", json::object()).items()) {
    probes_[name] += value.get<std::uint64_t>();
  }
  if (!outcome.at("violations").empty()) failures_[outcome.at("seed")] = outcome;
}

std::uint64_t Totals::of(const std::string& name) const {
  const auto found = sums_.find(name);
  return found == sums_.end() ? 0 : found->second;
}

json Totals::to_json(double seconds) const {
  json failures = json::array();
  for (const auto& [seed, outcome] : failures_) {
    failures.push_back({{"seed", seed}, {"violations", outcome.at("violations")}});
  }
  return {{"seeds", seeds_},
          {"seconds", seconds},
          {"sums", sums_},
          {"probes", probes_},
          {"failures", failures}};
}

std::string Totals::summary(double seconds) const {
  std::string text =
      fmt::format("{} seeds, {} failed; {} events, {:.1f} hours of virtual time", seeds_,
                  failures_.size(), of("events"), static_cast<double>(of("virtual_ms")) / 3.6e6);
  if (seconds > 0) {
    const double rate = static_cast<double>(of("events")) / seconds;
    text += fmt::format(" in {:.1f} s ({:.0f} events a second)", seconds, rate);
  }
  text += "\n";
  text += fmt::format(
      "crashes: {} of sites ({} at rare paths, {} by fail-stop), {} of processes; {} resets, "
      "{} partitions, {} clogs, {} pauses; {} faults of disks, {} of clocks, {} of clients\n",
      of("site_crashes"), of("triggered_crashes"), of("fail_stops"), of("process_crashes"),
      of("resets"), of("partitions"), of("clogs"), of("pauses"), of("disk_faults"),
      of("clock_faults"), of("client_faults"));
  text += fmt::format(
      "view changes: {} of sites, {} of groups; {} deliveries, {} records judged by {} "
      "properties\n",
      of("site_views"), of("group_views"), of("deliveries"), of("records"),
      checkers::all_properties().size());
  return text;
}

std::string Totals::probe_table() const {
  std::string text = "probe                              hits\n";
  for (const auto& [name, hits] : probes_) text += fmt::format("{:<34} {:>6}\n", name, hits);
  return text;
}

std::string failure_text(const json& outcome) {
  std::string text = fmt::format("seed {} FAILED\n", outcome.at("seed").get<std::uint64_t>());
  for (const json& violation : outcome.at("violations")) {
    text += fmt::format("  {}: {}\n", violation.at("property").get<std::string>(),
                        violation.at("text").get<std::string>());
    for (const json& line : violation.at("witness")) {
      text += "      " + line.get<std::string>() + "\n";
    }
  }
  return text;
}

}  // namespace cohort::sim::app
