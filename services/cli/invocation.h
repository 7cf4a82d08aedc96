/// What one call of the `cohort` command asks for, as its command line says.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "platform/config/plant_file.h"
#include "services/cli/context.h"

namespace cohort::cli {

struct Invocation {
  std::filesystem::path config;
  std::string site;              ///< whose daemon to ask; empty: the first that answers
  std::filesystem::path socket;  ///< of that daemon; empty: where the plant file says
  bool json = false;
  double timeout_s = 10;        ///< for the whole command, unless it follows
  bool yes = false;             ///< do not ask for confirmation
  bool changes = false;         ///< the command changes the plant
  bool follows = false;         ///< it goes on until it is stopped
  bool unserved = false;        ///< also asked of a site that has no quorum
  std::optional<SiteId> about;  ///< asks about this site: the others know more of it
  std::string consequence;      ///< asked on a terminal before anything is done; empty: not asked

  /// Checks and completes the arguments by the plant file, before any site is asked. May be empty.
  std::function<Result<void>(Invocation&, const config::PlantFile&)> prepare;
  std::function<task::Task<Exit>(Context)> run;
};

/// A command line that is not to be run: the text to show and the exit code.
struct Answered {
  Exit exit = Exit::kOk;
  std::string text;
};

/// `arguments` without the program's name. --help, --version and mistakes are Answered.
std::variant<Invocation, Answered> parse_command_line(std::vector<std::string> arguments);

/// The help of the program and of every command, one after the other, as the guide prints it.
std::string full_help();

}  // namespace cohort::cli
