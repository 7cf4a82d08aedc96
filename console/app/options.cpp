#include "console/app/options.h"

#include <CLI/CLI.hpp>
#include <string>

namespace cohort::console {

std::optional<int> parseOptions(int argc, char** argv, Options& options) {
  CLI::App app("Operator console of a Cohort plant", "cohort-console");
  std::string config;
  std::string demo;
  std::string tour;
  std::string record;
  std::string theme;
  app.add_option("--config", config, "the plant file")->check(CLI::ExistingFile);
  app.add_option("--site", options.site, "use the daemon of this site (default: the first)");
  app.add_option("--demo", demo, "show a recording: \"three-sites\" or a file of --record");
  app.add_option("--tour", tour, "write a picture of every screen into this folder and end");
  app.add_option("--record", record, "write the events seen into this file");
  app.add_option("--theme", theme, "light or dark")->check(CLI::IsMember({"light", "dark"}));
  try {
    app.parse(argc, argv);
    if (config.empty() == demo.empty()) {
      throw CLI::ValidationError("cohort-console",
                                 "give either --config FILE (a plant) or --demo SCENARIO");
    }
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : 2;
  }
  options.config = QString::fromStdString(config);
  options.demo = QString::fromStdString(demo);
  options.tour = QString::fromStdString(tour);
  options.record = QString::fromStdString(record);
  if (!theme.empty()) options.dark = theme == "dark";
  return std::nullopt;
}

}  // namespace cohort::console
