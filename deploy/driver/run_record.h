/// What a run has seen, and what it means: the facts for the report, and the verdict over them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "platform/base/ids.h"

namespace cohort::deploy {

struct StepRecord {
  std::string step;
  std::string station;
};

struct LotRecord {
  std::string name;
  std::string product;
  std::string state;
  std::vector<StepRecord> history;  ///< as the stations did it
};

struct StationRecord {
  std::string name;
  std::int64_t jobs = 0;
  double utilisation = 0;  ///< 0 to 1
};

struct Takeover {
  std::string service;
  std::string kind;  ///< "step" or "move"
  std::string lots;
  std::string step;
  std::int64_t view = 0;
  std::int64_t from_site = 0;
  std::int64_t to_site = 0;
};

struct Kill {
  std::string what;           ///< "emulsion coordinator at site 1, after-start", "site 3"
  std::int64_t pid = 0;       ///< of the process, or of the site's daemon
  double after_s = 0;         ///< since the lots' release
  double whole_again_s = -1;  ///< until all services had all members again; -1: never
};

struct DaemonRecord {
  std::uint16_t site = 0;
  std::int64_t pid = 0;
  std::int64_t incarnation = 0;
  std::int64_t view = 0;
  std::string members;  ///< "1.1 2.1 3.2", oldest first
};

struct RunRecord {
  std::int64_t planned = 0;
  std::int64_t released = 0;
  std::int64_t finished = 0;
  std::int64_t short_batches = 0;
  double mean_cycle_time_h = 0;
  double plant_time_h = 0;
  double clock_factor = 0;
  double wall_s = 0;
  std::int64_t duplicates_refused = 0;
  std::vector<StationRecord> stations;
  std::vector<LotRecord> lots;
  std::vector<DaemonRecord> daemons;
  std::vector<Takeover> takeovers;
  std::vector<std::string> restarts;  ///< "emulsion at site 1"
  std::vector<Kill> kills;
  std::int64_t news = 0;
  std::string checkers;               ///< the checkers' summary line
  std::vector<std::string> problems;  ///< whatever makes the run a failure
};

/// The route of every product of the Mini-Fab.
const std::vector<std::string>& route();

/// Objections to what became of the lots: one missing, not finished, a step missed, done twice or
/// out of order. Empty: all is well.
std::vector<std::string> judge_lots(const RunRecord& record);

/// For people.
std::string to_text(const RunRecord& record);
/// One JSON object.
std::string to_json(const RunRecord& record);

}  // namespace cohort::deploy
