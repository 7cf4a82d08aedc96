#include "services/cli/invocation.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "services/cli/commands.h"

namespace cohort::cli {

namespace {

constexpr const char* kDescription =
    "Shows and steers a Cohort plant from the command line.\n"
    "Ask any command for its own options with: cohort COMMAND --help";

constexpr const char* kFooter =
    "Exit codes:\n"
    "  0  done\n"
    "  1  refused or failed; the message says why\n"
    "  2  wrong options or plant file; nothing was asked\n"
    "  3  no site, or not the service that would answer, can be reached\n"
    "  4  a change was sent and no answer came: ask before doing it again";

constexpr std::size_t kHelpColumn = 34;

std::unique_ptr<CLI::App> make_app(Invocation& invocation) {
  auto app = std::make_unique<CLI::App>(kDescription, "cohort");
  app->get_formatter()->column_width(kHelpColumn);
  app->footer(kFooter);
  app->require_subcommand(1);
  app->set_version_flag("--version", "cohort 0.1.0");
  app->add_option("--config", invocation.config, "the plant file")
      ->envname("COHORT_CONFIG")
      ->type_name("FILE")
      ->required();
  app->add_option("--site", invocation.site,
                  "ask this site's daemon (default: the first that answers)")
      ->type_name("SITE");
  app->add_option("--socket", invocation.socket,
                  "reach the site's daemon through this socket (default: the one in the plant's "
                  "data directory)")
      ->type_name("FILE");
  app->add_option("--timeout", invocation.timeout_s, "give up after so many seconds (default 10)")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.1, 3600.0));
  app->add_flag("--json", invocation.json, "answer in JSON, one object a line");
  add_site_commands(*app, invocation);
  add_plant_commands(*app, invocation);
  add_news_command(*app, invocation);
  add_lot_commands(*app, invocation);
  add_service_commands(*app, invocation);
  add_station_commands(*app, invocation);
  add_sensor_commands(*app, invocation);
  // Options of the program may also follow the command.
  for (CLI::App* command : app->get_subcommands({})) {
    command->fallthrough();
    for (CLI::App* inner : command->get_subcommands({})) inner->fallthrough();
  }
  return app;
}

/// The deepest command that was named before the mistake, for its help.
const CLI::App& chosen(const CLI::App& app) {
  const auto inner = app.get_subcommands();
  return inner.empty() ? app : chosen(*inner.front());
}

std::string path_of(const CLI::App& command) {
  const CLI::App* parent = command.get_parent();
  return parent == nullptr ? command.get_name() : path_of(*parent) + " " + command.get_name();
}

void append_help(std::string& text, const CLI::App& command) {
  const std::string path = path_of(command);
  const std::size_t cut = path.find_last_of(' ');
  const std::string before = cut == std::string::npos ? "" : path.substr(0, cut);
  text += "$ " + path + " --help\n";
  text += command.help(before);
  text += "\n";
  for (const CLI::App* inner : command.get_subcommands([](const CLI::App*) { return true; })) {
    append_help(text, *inner);
  }
}

}  // namespace

std::variant<Invocation, Answered> parse_command_line(std::vector<std::string> arguments) {
  Invocation invocation;
  const std::unique_ptr<CLI::App> app = make_app(invocation);
  std::ranges::reverse(arguments);  // CLI11 takes them last first
  try {
    app->parse(arguments);
  } catch (const CLI::CallForVersion& version) {
    return Answered{Exit::kOk, std::string(version.what()) + "\n"};
  } catch (const CLI::CallForHelp&) {
    const CLI::App& command = chosen(*app);
    const std::string path = path_of(command);
    const std::size_t cut = path.find_last_of(' ');
    return Answered{Exit::kOk, command.help(cut == std::string::npos ? "" : path.substr(0, cut))};
  } catch (const CLI::ParseError& error) {
    return Answered{Exit::kUsage,
                    std::string(error.what()) + "; see: " + path_of(chosen(*app)) + " --help\n"};
  }
  return invocation;
}

std::string full_help() {
  Invocation invocation;
  const std::unique_ptr<CLI::App> app = make_app(invocation);
  std::string text;
  append_help(text, *app);
  return text;
}

}  // namespace cohort::cli
