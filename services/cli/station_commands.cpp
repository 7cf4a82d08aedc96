/// stations, report: what the machines do and how the plant has done.
#include <CLI/CLI.hpp>
#include <string>

#include "services/cli/arguments.h"
#include "services/cli/commands.h"
#include "services/cli/words.h"
#include "services/emulsion/protocol.h"
#include "services/processing/protocol.h"
#include "services/scheduling/protocol.h"
#include "services/station_service/protocol.h"
#include "services/transport/protocol.h"

namespace cohort::cli {

namespace {

using wire::Message;

task::Task<Exit> show_stations(Context context) {
  Message question;
  question.set("question", "stations");
  const auto answer = co_await services::scheduling::ask(context.process(), question);
  if (!answer) co_return failed_at(context, services::scheduling::kGroup, answer.error(), false);
  if (context.json) {
    context.line(answer->to_json());
    co_return Exit::kOk;
  }
  Table table({{"STATION"},
               {"KIND"},
               {"AREA"},
               {"STATE"},
               {"ORDER", Align::kRight},
               {"STEP"},
               {"LOTS"},
               {"SINCE", Align::kRight},
               {"WAITING", Align::kRight}});
  for (const Message& station : answer->list("stations")) {
    table.row({station.text("station"), field_text(station, "kind"), field_text(station, "area"),
               field_text(station, "state"), field_text(station, "order"),
               step_field(station, "step"), field_text(station, "lots"),
               plant_field(station, "since_ms"), field_text(station, "waiting")});
  }
  context.printer->table(table);
  context.line("plant time " + plant_field(*answer, "plant_time_ms"));
  co_return Exit::kOk;
}

constexpr const char* kStationServices[] = {
    services::emulsion::kGroup, services::processing::kGroup, services::transport::kGroup};

/// Every takeover that the service remembers, into `all`, page by page.
task::Task<void> read_takeovers(Context context, std::string group, Message::List* all) {
  std::int64_t read = 0;
  std::int64_t total = 1;
  while (read < total) {
    Message question;
    question.set("question", "takeovers").set("offset", read);
    const auto answer = co_await services::station_service::ask(context.process(), group, question);
    if (!answer) co_return;  // the summary of the service says why it does not answer
    const Message::List page = answer->list("takeovers");
    if (page.empty()) co_return;
    for (Message takeover : page) {
      takeover.set("service", group);
      all->push_back(std::move(takeover));
    }
    read += static_cast<std::int64_t>(page.size());
    total = answer->integer("total");
  }
}

/// {service, orders_running, orders_done, takeovers, duplicates_refused} of each station service.
task::Task<Message::List> summaries(Context context) {
  Message::List all;
  for (const char* group : kStationServices) {
    Message question;
    question.set("question", "summary");
    auto answer = co_await services::station_service::ask(context.process(), group, question);
    Message summary = answer ? std::move(*answer) : Message{};
    summary.set("service", group);
    if (!answer) summary.set("error", answer.error().text);
    all.push_back(std::move(summary));
  }
  co_return all;
}

void print_takeovers(const Context& context, const Message::List& takeovers) {
  Table table({{"TAKEOVER OF"},
               {"STEP"},
               {"LOTS"},
               {"STATION"},
               {"SERVICE"},
               {"VIEW", Align::kRight},
               {"FROM"},
               {"TO"}});
  const auto site = [&context](const Message& takeover, const char* name) {
    return site_text(SiteId{static_cast<std::uint16_t>(takeover.integer(name))}, context.plant());
  };
  for (const Message& takeover : takeovers) {
    table.row({"order " + field_text(takeover, "order"), step_field(takeover, "step"),
               field_text(takeover, "lots"), field_text(takeover, "station"),
               takeover.text("service"), field_text(takeover, "view"), site(takeover, "from_site"),
               site(takeover, "to_site")});
  }
  context.printer->table(table);
}

void print_lots(const Context& context, const Message& report) {
  Table table({{"LOTS"}, {"", Align::kRight}});
  for (const char* name : {"planned", "released", "finished", "in_progress", "held", "cancelled"}) {
    std::string words(name);
    if (words == "in_progress") words = "in progress";
    table.row({words, field_text(report, name)});
  }
  table.row({"short batches", field_text(report, "short_batches")});
  table.row({"mean cycle time", length_field(report, "mean_cycle_time_ms")});
  table.row({"duplicate starts refused", field_text(report, "duplicates_refused")});
  context.printer->table(table);
}

void print_stations(const Context& context, const Message& report) {
  Table table({{"STATION"},
               {"KIND"},
               {"JOBS", Align::kRight},
               {"BUSY", Align::kRight},
               {"UTILISATION", Align::kRight}});
  for (const Message& station : report.list("stations")) {
    table.row({station.text("station"), field_text(station, "kind"), field_text(station, "jobs"),
               length_field(station, "busy_ms"), share_text(station.real("utilisation"))});
  }
  context.printer->table(table);
}

void print_services(const Context& context, const Message::List& services) {
  Table table({{"SERVICE"},
               {"ORDERS DONE", Align::kRight},
               {"RUNNING", Align::kRight},
               {"TAKEOVERS", Align::kRight},
               {"DUPLICATES REFUSED", Align::kRight}});
  for (const Message& service : services) {
    table.row({service.text("service"), field_text(service, "orders_done"),
               field_text(service, "orders_running"), field_text(service, "takeovers"),
               field_text(service, "duplicates_refused")});
  }
  context.printer->table(table);
}

task::Task<Exit> show_report(Context context) {
  Message question;
  question.set("question", "report");
  auto report = co_await services::scheduling::ask(context.process(), question);
  if (!report) co_return failed_at(context, services::scheduling::kGroup, report.error(), false);
  Message::List services = co_await summaries(context);
  Message::List takeovers;
  for (const char* group : kStationServices) {
    co_await read_takeovers(context, group, &takeovers);
  }
  if (context.json) {
    report->set("services", std::move(services)).set("takeovers", std::move(takeovers));
    context.line(report->to_json());
    co_return Exit::kOk;
  }
  context.line("plant " + context.plant().plant.name + ", plant time " +
               plant_field(*report, "plant_time_ms"));
  context.line("");
  print_lots(context, *report);
  context.line("");
  print_stations(context, *report);
  context.line("");
  print_services(context, services);
  if (!takeovers.empty()) {
    context.line("");
    print_takeovers(context, takeovers);
  }
  co_return Exit::kOk;
}

}  // namespace

void add_station_commands(CLI::App& app, Invocation& invocation) {
  app.add_subcommand("stations", "List the machines and what each of them does")
      ->callback([&invocation] { invocation.run = show_stations; });
  app.add_subcommand("report", "Show lots, cycle time, utilisation and takeovers so far")
      ->callback([&invocation] { invocation.run = show_report; });
}

}  // namespace cohort::cli
