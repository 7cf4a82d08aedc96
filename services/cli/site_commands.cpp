/// sites, settings: the plant's hosts and timers as its sites have agreed on them, and their
/// changes.
#include <CLI/CLI.hpp>
#include <charconv>
#include <memory>
#include <vector>

#include "services/cli/arguments.h"
#include "services/cli/commands.h"
#include "services/cli/words.h"

namespace cohort::cli {

namespace {

using wire::Message;
using wire::PlantChange;
using wire::PlantChangeKind;

struct ChangeOptions {
  std::string site;
  std::string address;
  std::string second;
  std::string name;
  bool witness = false;
  bool yes = false;
  PlantChange change;
};

struct ForceOptions {
  bool known = false;
  std::string reason;
};

struct TimerOptions {
  std::string name;
  std::int64_t value_ms = 0;
};

// ---- showing

std::string state_text(const Message& answer) {
  return answer.flag("serving") ? "serving" : "not serving: no quorum";
}

std::string blocked_text(const Message& answer) {
  return answer.text("state") == "joining" ? "waits for a quorum to form a view, or to join one"
                                           : state_text(answer);
}

const Message* member_of(const Message::List& members, std::int64_t site) {
  for (const Message& member : members) {
    if (member.integer("site") == site) return &member;
  }
  return nullptr;
}

std::string endpoint_text(const Message& path) {
  const std::string address = path.text("address");
  const bool six = address.find(':') != std::string::npos;
  return (six ? "[" + address + "]" : address) + ":" + field_text(path, "port");
}

/// One row for each path: a site is whole when all its paths are up.
std::string path_text(const Message& path) {
  if (path.find("up") == nullptr) return "this site";
  if (path.flag("up")) return path.flag("carries") ? "up, carries" : "up, stands by";
  const std::string reason = path.text("reason");
  return reason.empty() ? "down" : "down: " + reason;
}

void print_sites(const Context& context, const Message& answer) {
  const Message::List members = answer.list("members");
  Table table({{"SITE"},
               {"NUMBER", Align::kRight},
               {"ADDRESS"},
               {"STATE"},
               {"INCARNATION", Align::kRight},
               {"RANK", Align::kRight},
               {"PATH FROM HERE"}});
  for (const Message& host : answer.list("hosts")) {
    const Message* member = member_of(members, host.integer("site"));
    const std::string none(kNothing);
    std::string state = member == nullptr ? "not in the view" : "in the view";
    if (host.flag("witness")) state += ", witness";
    std::string name = host.text("name");
    std::string number = field_text(host, "site");
    for (const Message& path : host.list("paths")) {
      table.row({harmless(name), number, endpoint_text(path), state,
                 member == nullptr || state.empty() ? none : field_text(*member, "incarnation"),
                 member == nullptr || state.empty() ? none : field_text(*member, "rank"),
                 harmless(path_text(path))});
      name = number = state = {};  // the second path of the same site
    }
  }
  context.printer->table(table);
}

/// A view formed without a quorum is said for ever.
void print_overrides(const Context& context, const Message& answer) {
  for (const Message& forced : answer.list("overrides")) {
    context.line("view " + field_text(forced, "view") +
                 " was formed by an operator: " + field_text(forced, "text"));
  }
}

task::Task<Exit> show_sites(Context context) {
  const auto answer = co_await context.process().inspect("sites");
  if (!answer) co_return failed(context, answer.error(), false);
  if (context.json) {
    context.line(answer->to_json());
    co_return Exit::kOk;
  }
  context.line("site view " + field_text(*answer, "view") + ", epoch " +
               field_text(*answer, "epoch") + ", seen from " + context.host->site().name + ": " +
               blocked_text(*answer));
  print_sites(context, *answer);
  print_overrides(context, *answer);
  co_return Exit::kOk;
}

task::Task<Exit> show_settings(Context context) {
  const auto answer = co_await context.process().inspect("sites");
  if (!answer) co_return failed(context, answer.error(), false);
  if (context.json) {
    Message settings;
    settings.set("plant_version", answer->integer("plant_version"));
    settings.set("timers", answer->list("timers"));
    context.line(settings.to_json());
    co_return Exit::kOk;
  }
  Table table({{"TIMER"},
               {"VALUE", Align::kRight},
               {"DEFAULT", Align::kRight},
               {"LEAST", Align::kRight},
               {"MOST", Align::kRight}});
  for (const Message& timer : answer->list("timers")) {
    table.row({timer.text("name"), field_text(timer, "value_ms"), field_text(timer, "default_ms"),
               field_text(timer, "least_ms"), field_text(timer, "most_ms")});
  }
  context.printer->table(table);
  co_return Exit::kOk;
}

// ---- changing

task::Task<Exit> force_form(Context context, ForceOptions options) {
  const auto done = co_await context.process().force_form(options.reason);
  if (!done) co_return failed(context, done.error(), true);
  if (context.json) {
    Message message;
    message.set("result", std::string_view(*done));
    context.line(message.to_json());
  } else {
    context.line(*done + " at site " + context.host->site().name +
                 "; sites that worked without it will stop and join it when they meet it");
  }
  co_return Exit::kOk;
}

task::Task<Exit> change(Context context, PlantChange wanted, std::string done) {
  const auto changed = co_await context.process().change_plant(std::move(wanted));
  if (!changed) co_return failed(context, changed.error(), true);
  if (context.json) {
    Message message;
    message.set("done", std::string_view(done));
    context.line(message.to_json());
  } else {
    context.line(done);
  }
  co_return Exit::kOk;
}

Result<SiteId> number_of(const std::string& text) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < 1 || number > 65535) {
    return make_error(Errc::kInvalidArgument,
                      "'" + harmless(text) + "' is no site's number; allowed: 1 to 65535");
  }
  return SiteId{static_cast<std::uint16_t>(number)};
}

/// The endpoints that the options name, first path first.
Result<void> read_endpoints(const ChangeOptions& options, wire::Host& host) {
  for (const std::string& text : {options.address, options.second}) {
    if (text.empty()) continue;
    auto endpoint = parse_endpoint(text);
    if (!endpoint) return std::unexpected(endpoint.error());
    host.endpoints.push_back(std::move(*endpoint));
  }
  return {};
}

void add_adding(CLI::App& sites, Invocation& invocation) {
  const auto options = std::make_shared<ChangeOptions>();
  CLI::App* command = sites.add_subcommand(
      "add", "Add a host to the running plant; then start its daemon with --join");
  command->add_option("NUMBER", options->site, "the new site's number")->required();
  command->add_option("ADDRESS", options->address, "where its daemon will listen: ADDRESS:PORT")
      ->required();
  command->add_option("--second", options->second, "ADDRESS:PORT on the plant's second network");
  command->add_option("--name", options->name, "its name for people (default: site-NUMBER)");
  command->add_flag("--witness", options->witness, "it only votes: no clients, no groups");
  command->callback([&invocation, options] {
    invocation.changes = true;
    invocation.prepare = [options](Invocation&, const config::PlantFile&) -> Result<void> {
      const auto site = number_of(options->site);
      if (!site) return std::unexpected(site.error());
      wire::Host& host = options->change.host;
      host.site = *site;
      host.name = options->name.empty() ? "site-" + options->site : options->name;
      host.witness = options->witness;
      return read_endpoints(*options, host);
    };
    invocation.run = [options](Context context) {
      return change(context, options->change,
                    "site " + options->site +
                        " belongs to the plant; start it there with: cohortd "
                        "--config PLANT-FILE --site " +
                        options->site + " --join");
    };
  });
}

void add_removing(CLI::App& sites, Invocation& invocation) {
  const auto options = std::make_shared<ChangeOptions>();
  CLI::App* command = sites.add_subcommand(
      "remove", "Remove a host from the running plant; if it runs, it is excluded and stops");
  command->add_option("NUMBER", options->site, "the site's number")->required();
  command->add_flag("--yes", options->yes, "do not ask");
  command->callback([&invocation, options] {
    invocation.changes = true;
    invocation.yes = options->yes;
    invocation.consequence =
        "Site " + options->site + " will be excluded from the plant, with all that runs there.";
    invocation.prepare = [options](Invocation& prepared, const config::PlantFile&) -> Result<void> {
      const auto site = number_of(options->site);
      if (!site) return std::unexpected(site.error());
      options->change.kind = PlantChangeKind::kRemoveHost;
      options->change.host.site = *site;
      prepared.about = *site;  // the others know best what became of it
      return {};
    };
    invocation.run = [options](Context context) {
      return change(context, options->change,
                    "site " + options->site + " is no site of the plant any more");
    };
  });
}

void add_moving(CLI::App& sites, Invocation& invocation) {
  const auto options = std::make_shared<ChangeOptions>();
  CLI::App* command =
      sites.add_subcommand("address", "Say where a host listens from now on, also while it runs");
  command->add_option("NUMBER", options->site, "the site's number")->required();
  command->add_option("ADDRESS", options->address, "ADDRESS:PORT")->required();
  command->add_option("--second", options->second, "ADDRESS:PORT on the plant's second network");
  command->callback([&invocation, options] {
    invocation.changes = true;
    invocation.prepare = [options](Invocation&, const config::PlantFile&) -> Result<void> {
      const auto site = number_of(options->site);
      if (!site) return std::unexpected(site.error());
      options->change.kind = PlantChangeKind::kSetEndpoints;
      options->change.host.site = *site;
      return read_endpoints(*options, options->change.host);
    };
    invocation.run = [options](Context context) {
      return change(context, options->change,
                    "site " + options->site + " listens at " + options->address);
    };
  });
}

void add_force_form(CLI::App& sites, Invocation& invocation) {
  const auto options = std::make_shared<ForceOptions>();
  CLI::App* command = sites.add_subcommand(
      "force-form", "Form a site view without a quorum: for missing sites that never come back");
  command
      ->add_flag("--i-know", options->known,
                 "if the missing sites do work, two parts act at once until they meet")
      ->required();
  command->add_option("--reason", options->reason, "who and why: kept, and shown for ever")
      ->required();
  command->callback([&invocation, options] {
    invocation.changes = true;
    invocation.unserved = true;
    invocation.prepare = [](Invocation& prepared, const config::PlantFile&) -> Result<void> {
      if (!prepared.site.empty()) return {};
      return make_error(Errc::kInvalidArgument,
                        "say which site is to go on: cohort --site SITE sites force-form ...");
    };
    invocation.run = [options](Context context) { return force_form(context, *options); };
  });
}

void add_settings(CLI::App& app, Invocation& invocation) {
  CLI::App* settings = app.add_subcommand("settings", "Show or change the plant's timers");
  settings->callback([&invocation, settings] {
    if (settings->get_subcommands().empty()) invocation.run = show_settings;
  });
  const auto options = std::make_shared<TimerOptions>();
  CLI::App* command =
      settings->add_subcommand("set", "Change a timer at all sites with the next view");
  command->add_option("TIMER", options->name, "its name, for example suspicion_floor_ms")
      ->required();
  command->add_option("VALUE", options->value_ms, "milliseconds")->required();
  command->callback([&invocation, options] {
    invocation.changes = true;
    invocation.run = [options](Context context) {
      PlantChange wanted;
      wanted.kind = PlantChangeKind::kSetTimer;
      wanted.timer = {options->name, options->value_ms};
      return change(context, std::move(wanted),
                    options->name + " is " + std::to_string(options->value_ms) + " at all sites");
    };
  });
}

}  // namespace

void add_site_commands(CLI::App& app, Invocation& invocation) {
  CLI::App* sites = app.add_subcommand(
      "sites", "List the plant's sites, which of them are in the view, and the paths to them");
  sites->callback([&invocation, sites] {
    if (!sites->get_subcommands().empty()) return;
    invocation.unserved = true;
    invocation.run = show_sites;
  });
  add_adding(*sites, invocation);
  add_removing(*sites, invocation);
  add_moving(*sites, invocation);
  add_force_form(*sites, invocation);
  add_settings(app, invocation);
}

}  // namespace cohort::cli
