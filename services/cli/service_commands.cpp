/// services: list, start, stop, kill, through remote execution.
#include <CLI/CLI.hpp>
#include <memory>

#include "services/cli/arguments.h"
#include "services/cli/commands.h"
#include "services/cli/words.h"
#include "services/remote_execution/protocol.h"

namespace cohort::cli {

namespace {

namespace remote_execution = services::remote_execution;
using wire::Message;

struct MemberOptions {
  std::string text;
  MemberName member;
};
using Options = std::shared_ptr<MemberOptions>;

/// What remote execution at each site says; where it does not answer, why.
struct SiteReport {
  SiteId site;
  Message::List programs;
  std::string problem;
};

task::Task<std::vector<SiteReport>> ask_all_sites(Context context) {
  std::vector<SiteReport> reports;
  for (const config::Site& site : context.plant().sites) {
    SiteReport report;
    report.site = site.number;
    const auto answer = co_await remote_execution::list(context.process(), site.number);
    if (answer) {
      report.programs = answer->list("programs");
    } else {
      const bool absent = answer.error().code == Errc::kUnknownGroup;
      report.problem = absent ? "remote execution does not run" : answer.error().text;
    }
    reports.push_back(std::move(report));
  }
  co_return reports;
}

std::string end_text(const Message& program) {
  if (program.has("signal")) return "signal " + field_text(program, "signal");
  if (program.has("exit_code")) return "exit code " + field_text(program, "exit_code");
  return std::string(kNothing);
}

Message to_message(const SiteReport& report, const config::PlantFile& plant) {
  Message message;
  message.set("site", int{report.site.value}).set("site_name", site_text(report.site, plant));
  message.set("programs", report.programs);
  if (!report.problem.empty()) message.set("error", report.problem);
  return message;
}

task::Task<Exit> list_services(Context context) {
  const std::vector<SiteReport> reports = co_await ask_all_sites(context);
  bool any = false;
  Table table({{"SERVICE"},
               {"SITE"},
               {"STATE"},
               {"PID", Align::kRight},
               {"STARTS", Align::kRight},
               {"STARTED"},
               {"LAST END"}});
  for (const SiteReport& report : reports) {
    const std::string site = site_text(report.site, context.plant());
    any = any || report.problem.empty();
    if (context.json) context.line(to_message(report, context.plant()).to_json());
    if (!report.problem.empty()) {
      context.printer->problem("site " + site + ": " + harmless(report.problem));
    }
    for (const Message& program : report.programs) {
      const bool started = program.integer("started_ns") > 0;
      table.row({program.text("service"), site, program.text("state"),
                 program.integer("unix_pid") > 0 ? field_text(program, "unix_pid")
                                                 : std::string(kNothing),
                 field_text(program, "starts"),
                 started ? moment_text({program.integer("started_ns")}) : std::string(kNothing),
                 end_text(program)});
    }
  }
  if (!context.json) context.printer->table(table);
  co_return any ? Exit::kOk : Exit::kUnreachable;
}

Exit done(const Context& context, const Result<Message>& answer, const std::string& what) {
  if (!answer) return failed_at(context, remote_execution::kGroup, answer.error(), true);
  if (context.json) {
    context.line(answer->to_json());
  } else {
    const std::string pid = ", pid " + field_text(*answer, "unix_pid");
    context.line(what + (answer->flag("already") ? " runs already" : "") + pid);
  }
  return Exit::kOk;
}

task::Task<Exit> start_member(Context context, MemberName member, std::string text) {
  const auto answer =
      co_await remote_execution::start(context.process(), member.site, member.service);
  co_return done(context, answer, "start " + text);
}

task::Task<Exit> stop_member(Context context, MemberName member, std::string text) {
  const auto answer =
      co_await remote_execution::stop(context.process(), member.site, member.service);
  co_return done(context, answer, "stop " + text);
}

task::Task<Exit> kill_member(Context context, MemberName member, std::string text) {
  const auto answer =
      co_await remote_execution::signal(context.process(), member.site, member.service, "KILL");
  co_return done(context, answer, "kill " + text);
}

using Act = task::Task<Exit> (*)(Context, MemberName, std::string);

void add_action(CLI::App& services, Invocation& invocation, const char* name,
                const char* description, Act act) {
  const auto options = std::make_shared<MemberOptions>();
  CLI::App* command = services.add_subcommand(name, description);
  command->add_option("NAME@SITE", options->text, "for example emulsion@alpha")->required();
  const bool confirmed = std::string_view(name) != "start";
  if (confirmed) command->add_flag("--yes", invocation.yes, "do not ask for confirmation");
  command->callback([&invocation, options, act, confirmed, name = std::string(name)] {
    invocation.changes = true;
    if (confirmed) {
      invocation.consequence = "This will " + name + " " + harmless(options->text) +
                               "; the other members take its work over.";
    }
    invocation.prepare = [options](Invocation&, const config::PlantFile& plant) -> Result<void> {
      auto member = parse_member(options->text, plant);
      if (!member) return std::unexpected(member.error());
      options->member = std::move(*member);
      return {};
    };
    invocation.run = [options, act](Context context) {
      return act(context, options->member, options->text);
    };
  });
}

}  // namespace

void add_service_commands(CLI::App& app, Invocation& invocation) {
  CLI::App* services =
      app.add_subcommand("services", "List, start, stop and kill members of services");
  services->require_subcommand(0, 1);
  services->callback([&invocation] {
    if (!invocation.run) invocation.run = list_services;
  });
  services->add_subcommand("list", "List what runs at each site (also without a word)")
      ->callback([&invocation] { invocation.run = list_services; });
  add_action(*services, invocation, "start", "Start a member", start_member);
  add_action(*services, invocation, "stop", "Ask a member to end (SIGTERM)", stop_member);
  add_action(*services, invocation, "kill", "End a member at once (SIGKILL)", kill_member);
}

}  // namespace cohort::cli
