#include "deploy/driver/run_record.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

namespace cohort::deploy {
namespace {

std::string steps_of(const LotRecord& lot) {
  std::string text;
  for (const StepRecord& step : lot.history) text += (text.empty() ? "" : " ") + step.step;
  return text.empty() ? "none" : text;
}

std::string judge_lot(const LotRecord& lot) {
  std::map<std::string, int> times;
  for (const StepRecord& step : lot.history) ++times[step.step];
  for (const auto& [step, count] : times) {
    if (count > 1)
      return fmt::format("lot {} did {} {} times: {}", lot.name, step, count, steps_of(lot));
  }
  for (const std::string& step : route()) {
    if (!times.contains(step))
      return fmt::format("lot {} missed {}: {}", lot.name, step, steps_of(lot));
  }
  for (std::size_t i = 0; i < lot.history.size(); ++i) {
    if (i >= route().size() || lot.history[i].step != route()[i]) {
      return fmt::format("lot {} did its steps out of order: {}", lot.name, steps_of(lot));
    }
  }
  if (lot.state != "finished")
    return fmt::format("lot {} is {}, not finished", lot.name, lot.state);
  return {};
}

std::string kills_text(const RunRecord& record) {
  if (record.kills.empty()) return "  none\n";
  std::string text;
  for (const Kill& kill : record.kills) {
    text += fmt::format("  {} (process {}) by SIGKILL, {:.1f} s after the release; ", kill.what,
                        kill.pid, kill.after_s);
    text += kill.whole_again_s < 0
                ? std::string("never whole again\n")
                : fmt::format("all members back {:.1f} s later\n", kill.whole_again_s);
  }
  return text;
}

std::string takeovers_text(const RunRecord& record) {
  if (record.takeovers.empty()) return "  none\n";
  std::string text;
  for (const Takeover& takeover : record.takeovers) {
    text += fmt::format("  {:<11} {} {:<3} of {} in view {}: from site {} to site {}\n",
                        takeover.service, takeover.kind, takeover.step, takeover.lots,
                        takeover.view, takeover.from_site, takeover.to_site);
  }
  return text;
}

std::string stations_text(const RunRecord& record) {
  std::string text;
  for (const StationRecord& station : record.stations) {
    text += fmt::format("  {:<4} {:>5} jobs   {:>5.1f} % busy\n", station.name, station.jobs,
                        station.utilisation * 100);
  }
  return text;
}

std::string daemons_text(const RunRecord& record) {
  std::string text;
  for (const DaemonRecord& daemon : record.daemons) {
    text += fmt::format("  site {}  process {:>7}  incarnation {}  view {}: {}\n", daemon.site,
                        daemon.pid, daemon.incarnation, daemon.view, daemon.members);
  }
  return text;
}

nlohmann::json lists_to_json(const RunRecord& record) {
  nlohmann::json lists;
  for (const StationRecord& station : record.stations) {
    lists["stations"].push_back(
        {{"name", station.name}, {"jobs", station.jobs}, {"utilisation", station.utilisation}});
  }
  for (const DaemonRecord& daemon : record.daemons) {
    lists["daemons"].push_back({{"site", daemon.site},
                                {"pid", daemon.pid},
                                {"incarnation", daemon.incarnation},
                                {"view", daemon.view},
                                {"members", daemon.members}});
  }
  for (const Takeover& takeover : record.takeovers) {
    lists["takeovers"].push_back({{"service", takeover.service},
                                  {"kind", takeover.kind},
                                  {"lots", takeover.lots},
                                  {"step", takeover.step},
                                  {"view", takeover.view},
                                  {"from_site", takeover.from_site},
                                  {"to_site", takeover.to_site}});
  }
  for (const Kill& kill : record.kills) {
    lists["kills"].push_back({{"what", kill.what},
                              {"pid", kill.pid},
                              {"after_s", kill.after_s},
                              {"whole_again_s", kill.whole_again_s}});
  }
  return lists;
}

}  // namespace

const std::vector<std::string>& route() {
  static const std::vector<std::string> steps{"S1", "S2", "S3", "S4", "S5", "S6"};
  return steps;
}

std::vector<std::string> judge_lots(const RunRecord& record) {
  std::vector<std::string> objections;
  std::set<std::string> names;
  for (const LotRecord& lot : record.lots) {
    if (!names.insert(lot.name).second) objections.push_back("lot " + lot.name + " is there twice");
    const std::string objection = judge_lot(lot);
    if (!objection.empty()) objections.push_back(objection);
  }
  const auto present = static_cast<std::int64_t>(names.size());
  if (present != record.planned) {
    objections.push_back(
        fmt::format("{} lots were planned and {} are known", record.planned, present));
  }
  return objections;
}

std::string to_text(const RunRecord& record) {
  std::string text = "\nReport\n";
  text += "Daemons\n" + daemons_text(record);
  text += fmt::format("Lots\n  planned {}, released {}, finished {}; short batches {}\n",
                      record.planned, record.released, record.finished, record.short_batches);
  text += fmt::format(
      "  mean cycle time {:.1f} plant hours; {:.1f} plant hours in {:.0f} s "
      "(clock factor {:.0f})\n",
      record.mean_cycle_time_h, record.plant_time_h, record.wall_s, record.clock_factor);
  text += "Stations\n" + stations_text(record);
  text += "Kills\n" + kills_text(record);
  text += "Takeovers\n" + takeovers_text(record);
  text += "Restarts\n";
  for (const std::string& restart : record.restarts) text += "  " + restart + "\n";
  if (record.restarts.empty()) text += "  none\n";
  text += fmt::format("Duplicate starts refused by stations  {}\n", record.duplicates_refused);
  text += fmt::format("News posted  {}\n", record.news);
  text += "Checkers over the recorded histories\n  " + record.checkers + "\n";
  for (const std::string& problem : record.problems) text += "PROBLEM: " + problem + "\n";
  text += record.problems.empty() ? "Passed: every lot went through every step exactly once.\n"
                                  : fmt::format("Failed: {} problems.\n", record.problems.size());
  return text;
}

std::string to_json(const RunRecord& record) {
  nlohmann::json json = lists_to_json(record);
  json["planned"] = record.planned;
  json["released"] = record.released;
  json["finished"] = record.finished;
  json["short_batches"] = record.short_batches;
  json["mean_cycle_time_h"] = record.mean_cycle_time_h;
  json["plant_time_h"] = record.plant_time_h;
  json["clock_factor"] = record.clock_factor;
  json["wall_s"] = record.wall_s;
  json["duplicates_refused"] = record.duplicates_refused;
  json["news"] = record.news;
  json["restarts"] = record.restarts;
  json["checkers"] = record.checkers;
  json["problems"] = record.problems;
  json["passed"] = record.problems.empty();
  return json.dump(2);
}

}  // namespace cohort::deploy
