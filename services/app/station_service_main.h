/// The main that the three station services share.
#pragma once

#include <vector>

#include "platform/config/plant_file.h"

namespace cohort::services::app {

struct StationProgram {
  const char* service;                     ///< the group
  const char* description;                 ///< for --help
  std::vector<config::StationKind> kinds;  ///< what it owns of the plant file's stations
};

int run_station_service(int argc, char** argv, const StationProgram& program);

}  // namespace cohort::services::app
