#include "services/cli/session.h"

#include <fmt/format.h>
#include <unistd.h>

#include <iostream>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "platform/task/timeout.h"
#include "services/cli/arguments.h"

namespace cohort::cli {

namespace {

/// What became of the try with one site.
struct Outcome {
  bool connected = false;
  std::string why_not;
  Exit exit = Exit::kUnreachable;
};

constexpr Duration kUnservedPatience = millis(1500);

Duration timeout_of(const Invocation& invocation) {
  return millis(static_cast<std::int64_t>(invocation.timeout_s * 1000));
}

task::Task<Exit> run_in_time(Context context, const Invocation* invocation) {
  auto command = invocation->run(context);
  if (invocation->follows) {
    const Exit exit = co_await command;
    co_return exit;
  }
  task::Task<std::optional<Exit>> timed =
      task::within(context.host->scheduler(), std::move(command), timeout_of(*invocation));
  const std::optional<Exit> exit = co_await timed;
  if (exit) co_return *exit;
  const std::string after = fmt::format("no answer within {} s", invocation->timeout_s);
  context.printer->problem(invocation->changes
                               ? after +
                                     "; it may or may not have been done: ask before you "
                                     "repeat it"
                               : after + "; try again, or another --site");
  co_return invocation->changes ? Exit::kUnknown : Exit::kUnreachable;
}

task::Task<int> main_task(Context context, const Invocation* invocation, Outcome* outcome) {
  // A daemon welcomes only where it serves; some questions it answers all the same.
  const Duration patience = invocation->unserved ? kUnservedPatience : timeout_of(*invocation);
  task::Task<std::optional<Result<void>>> connecting =
      task::within(context.host->scheduler(), context.process().connect(), patience);
  const std::optional<Result<void>> connected = co_await connecting;
  const bool unserved = !connected && invocation->unserved;
  if (!unserved && (!connected || !*connected)) {
    outcome->why_not =
        connected ? connected->error().text : "its daemon does not answer (it may have no quorum)";
    co_return 0;
  }
  outcome->connected = true;
  if (unserved || !context.process().serving()) {
    context.printer->problem("site " + context.host->site().name +
                             " does not serve (it has no quorum); what it says may be old");
  }
  const Exit exit = co_await run_in_time(context, invocation);
  outcome->exit = exit;
  co_return 0;
}

Outcome try_site(const Invocation& invocation, Printer& printer, const config::PlantFile& plant,
                 SiteId site) {
  Outcome outcome;
  client::HostOptions options;
  options.program = "cohort";
  options.plant = plant;
  options.site = site;
  options.socket = invocation.socket;
  options.record_history = false;
  options.log_to_file = false;
  auto host = client::Host::open(std::move(options));
  if (!host) {
    outcome.why_not = host.error().text;
    return outcome;
  }
  const Context context{host->get(), &printer, invocation.json};
  const int code = (*host)->run(main_task(context, &invocation, &outcome));
  if (code != 0 && outcome.connected) {
    printer.problem("the session with site " + site_text(site, plant) + " ended");
    outcome.exit = invocation.changes ? Exit::kUnknown : Exit::kUnreachable;
  }
  return outcome;
}

/// Asks on the terminal; without one, only --yes confirms.
std::optional<Exit> confirm(const Invocation& invocation, Printer& printer) {
  if (invocation.consequence.empty() || invocation.yes) return {};
  if (isatty(STDIN_FILENO) == 0) {
    printer.problem(invocation.consequence + " Not on a terminal: confirm with --yes");
    return Exit::kUsage;
  }
  std::cerr << invocation.consequence << " Type yes to go on: " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  if (answer == "yes") return {};
  printer.problem("nothing was done");
  return Exit::kRefused;
}

Result<std::vector<SiteId>> candidates(const Invocation& invocation,
                                       const config::PlantFile& plant) {
  std::vector<SiteId> sites;
  if (!invocation.site.empty()) {
    const auto site = parse_site(invocation.site, plant);
    if (!site) return std::unexpected(site.error());
    sites.push_back(*site);
  } else {
    // A site that is asked about comes last: the others know more of it.
    for (const config::Site& site : plant.sites) {
      if (site.number != invocation.about) sites.push_back(site.number);
    }
    if (invocation.about && plant.site(*invocation.about)) sites.push_back(*invocation.about);
  }
  if (!invocation.socket.empty()) sites.resize(1);  // a socket is one daemon's
  return sites;
}

}  // namespace

Exit failed(const Context& context, const Error& error, bool changes) {
  const Exit exit = exit_of(error.code, changes);
  std::string text = error.text.empty() ? std::string(to_string(error.code)) : error.text;
  if (exit == Exit::kUnknown) {
    text += "; it may or may not have been done: ask before you repeat it";
  }
  context.printer->problem(harmless(text));
  return exit;
}

Exit failed_at(const Context& context, std::string_view service, const Error& error, bool changes) {
  if (error.code != Errc::kUnknownGroup) return failed(context, error, changes);
  const Error named{error.code, "the service " + std::string(service) +
                                    " does not run now; cohort services shows what does"};
  return failed(context, named, changes);
}

Exit run(Invocation invocation, Printer& printer) {
  const auto plant = config::read_plant_file(invocation.config);
  if (!plant) {
    printer.problem(plant.error().text);
    return Exit::kUsage;
  }
  if (invocation.prepare) {
    if (auto ready = invocation.prepare(invocation, *plant); !ready) {
      printer.problem(ready.error().text);
      return Exit::kUsage;
    }
  }
  const auto sites = candidates(invocation, *plant);
  if (!sites) {
    printer.problem(sites.error().text);
    return Exit::kUsage;
  }
  if (const auto refused = confirm(invocation, printer)) return *refused;
  std::string tried;
  for (const SiteId site : *sites) {
    const Outcome outcome = try_site(invocation, printer, *plant, site);
    if (outcome.connected) return outcome.exit;
    tried += "\n  " + site_text(site, *plant) + ": " + outcome.why_not;
  }
  printer.problem("no site of plant " + plant->plant.name + " can be reached:" + tried);
  return Exit::kUnreachable;
}

}  // namespace cohort::cli
