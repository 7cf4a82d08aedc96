/// What the demonstration is asked to do: the command line of cohort-demo.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "platform/base/ids.h"

namespace cohort::deploy {

enum class Start : std::uint8_t {
  kFresh,     ///< the last run's files are set aside
  kContinue,  ///< goes on with the last run's unfinished lots
};

struct Options {
  std::filesystem::path project;    ///< root of the source tree
  std::filesystem::path programs;   ///< folder of the executables
  std::filesystem::path plant;      ///< the plant file that is copied
  std::filesystem::path directory;  ///< where this run keeps all its files
  Start start = Start::kFresh;
  std::uint32_t lots = 84;  ///< how many of the week's plan
  double clock_factor = 6000;
  std::uint16_t port_offset = 0;  ///< added to every port of the plant file
  bool kills = true;
  std::string kill_at = "after-start";  ///< phase of services/station_service/protocol.h
  SiteId kill_site{3};
  std::uint32_t timeout_s = 300;  ///< wall time for the lots to finish
  bool keep = false;              ///< stay up afterwards, as with a console
  bool console = true;            ///< open it where there is a display
  bool tour = true;               ///< write its pictures where there is none
  bool json = false;
};

/// Parses the command line. Nothing: the program ends with `exit_code` (help, or a wrong option
/// that has been named on stderr).
std::optional<Options> parse_options(int argc, char** argv, int& exit_code);

}  // namespace cohort::deploy
