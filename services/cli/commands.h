/// Each adds its commands to the command line; the chosen one fills the invocation.
#pragma once

#include "services/cli/invocation.h"

namespace CLI {
class App;
}

namespace cohort::cli {

void add_site_commands(CLI::App& app, Invocation& invocation);     ///< sites ..., settings ...
void add_plant_commands(CLI::App& app, Invocation& invocation);    ///< groups views members
void add_news_command(CLI::App& app, Invocation& invocation);      ///< news
void add_lot_commands(CLI::App& app, Invocation& invocation);      ///< lots ...
void add_service_commands(CLI::App& app, Invocation& invocation);  ///< services ...
void add_station_commands(CLI::App& app, Invocation& invocation);  ///< stations, report
void add_sensor_commands(CLI::App& app, Invocation& invocation);   ///< sensors ...

}  // namespace cohort::cli
