/// The console's command line.
#pragma once

#include <QString>
#include <optional>

namespace cohort::console {

struct Options {
  QString config;
  int site = 0;              ///< 0: the first site of the plant file
  QString demo;              ///< a scenario's name, or a recording's file
  QString tour;              ///< a folder for pictures
  QString record;            ///< a file for the events seen
  std::optional<bool> dark;  ///< --theme
};

/// Errors: prints the reason and how to ask for help, and returns the exit code; also for --help.
std::optional<int> parseOptions(int argc, char** argv, Options& options);

}  // namespace cohort::console
