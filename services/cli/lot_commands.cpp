/// lots: list, release, hold, release-hold, cancel, show, why.
#include <CLI/CLI.hpp>
#include <memory>

#include "services/cli/commands.h"
#include "services/cli/words.h"
#include "services/scheduling/protocol.h"

namespace cohort::cli {

namespace {

namespace scheduling = services::scheduling;
using wire::Message;

constexpr std::int64_t kPage = 100;  // the service sends no more at once

struct LotOptions {
  std::string lot;
  std::string product;
  std::string state;
  std::string reason;
  std::int64_t count = 1;
  std::int64_t lots = 0;
};

/// Sends a change. Prints `done` and the lots of the answer, or the reason why not.
task::Task<Exit> change(Context context, Message command, std::string done) {
  const auto answer = co_await scheduling::command(context.process(), command);
  if (!answer) co_return failed_at(context, scheduling::kGroup, answer.error(), true);
  const std::string lots = answer->has("lots") ? field_text(*answer, "lots") : "";
  context.line(context.json ? answer->to_json() : harmless(done + lots));
  co_return Exit::kOk;
}

/// All lots of a state, page by page, in one answer.
task::Task<Result<Message>> all_lots(Context context, std::string state) {
  Message::List lots;
  while (true) {
    Message question;
    question.set("question", "lots").set("limit", kPage);
    question.set("offset", static_cast<std::uint64_t>(lots.size()));
    if (!state.empty()) question.set("state", state);
    auto answer = co_await scheduling::ask(context.process(), std::move(question));
    if (!answer) co_return std::unexpected(answer.error());
    const Message::List page = answer->list("lots");
    lots.insert(lots.end(), page.begin(), page.end());
    const auto total = static_cast<std::size_t>(answer->integer("total"));
    if (page.empty() || lots.size() >= total) {
      answer->set("lots", std::move(lots));
      co_return std::move(*answer);
    }
  }
}

task::Task<Exit> list_lots(Context context, LotOptions options) {
  const auto answer = co_await all_lots(context, options.state);
  if (!answer) co_return failed_at(context, scheduling::kGroup, answer.error(), false);
  if (context.json) {
    context.line(answer->to_json());
    co_return Exit::kOk;
  }
  Table table({{"LOT"},
               {"PRODUCT"},
               {"STATE"},
               {"STEP"},
               {"DONE", Align::kRight},
               {"STATION"},
               {"AREA"},
               {"RELEASED", Align::kRight},
               {"FINISHED", Align::kRight},
               {"HELD FOR"}});
  for (const Message& lot : answer->list("lots")) {
    table.row({lot.text("lot"), lot.text("product"), lot.text("state"), step_field(lot, "step"),
               field_text(lot, "steps_done"), field_text(lot, "station"), field_text(lot, "area"),
               plant_field(lot, "released_ms"), plant_field(lot, "finished_ms"),
               field_text(lot, "hold_reason")});
  }
  context.printer->table(table);
  context.line(count_text(answer->integer("total"), "lot", "lots") + ", plant time " +
               plant_field(*answer, "plant_time_ms"));
  co_return Exit::kOk;
}

void print_history(const Context& context, const Message& lot) {
  Table table({{"STEP"},
               {"STATION"},
               {"ORDER", Align::kRight},
               {"STARTED", Align::kRight},
               {"COMPLETED", Align::kRight},
               {"SHORT BATCH"}});
  for (const Message& step : lot.list("history")) {
    table.row({step_field(step, "step"), field_text(step, "station"), field_text(step, "order"),
               plant_field(step, "started_ms"), plant_field(step, "completed_ms"),
               field_text(step, "short_batch")});
  }
  if (!table.empty()) context.printer->table(table);
}

task::Task<Exit> show_lot(Context context, LotOptions options) {
  Message question;
  question.set("question", "lot").set("lot", options.lot);
  const auto lot = co_await scheduling::ask(context.process(), std::move(question));
  if (!lot) co_return failed_at(context, scheduling::kGroup, lot.error(), false);
  if (context.json) {
    context.line(lot->to_json());
    co_return Exit::kOk;
  }
  context.line(harmless("lot " + lot->text("lot") + ", product " + lot->text("product") + ": " +
                        lot->text("state") + ", step " + step_field(*lot, "step") +
                        ", released at plant time " + plant_field(*lot, "released_ms")));
  context.line(harmless("why: " + field_text(*lot, "why")));
  print_history(context, *lot);
  co_return Exit::kOk;
}

task::Task<Exit> why_lot(Context context, LotOptions options) {
  Message question;
  question.set("question", "why").set("lot", options.lot);
  const auto answer = co_await scheduling::ask(context.process(), std::move(question));
  if (!answer) co_return failed_at(context, scheduling::kGroup, answer.error(), false);
  context.line(context.json ? answer->to_json() : harmless(answer->text("why")));
  co_return Exit::kOk;
}

using Options = std::shared_ptr<LotOptions>;

void add_lot_argument(CLI::App* command, const Options& options) {
  command->add_option("LOT", options->lot, "the lot's name")->required();
}

void add_list(CLI::App& lots, Invocation& invocation) {
  const auto options = std::make_shared<LotOptions>();
  CLI::App* list = lots.add_subcommand("list", "List the lots (also without a word)");
  list->add_option("--state", options->state, "only lots in this state, for example waiting");
  list->callback([&invocation, options] {
    invocation.run = [options](Context context) { return list_lots(context, *options); };
  });
}

void add_release(CLI::App& lots, Invocation& invocation) {
  const auto options = std::make_shared<LotOptions>();
  CLI::App* release = lots.add_subcommand("release", "Release lots of a product now");
  release->add_option("PRODUCT", options->product, "the product, for example Pa")->required();
  release->add_option("--count", options->count, "so many lots (default 1)")
      ->type_name("N")
      ->check(CLI::Range(1, 1000));
  release->add_option("--lot", options->lot, "the name of the one lot (default: chosen)")
      ->type_name("NAME");
  release->callback([&invocation, options] {
    invocation.changes = true;
    invocation.run = [options](Context context) {
      Message command;
      command.set("command", "release").set("product", options->product);
      command.set("count", options->count);
      if (!options->lot.empty()) command.set("lot", options->lot);
      return change(context, std::move(command), "released: ");
    };
  });
}

void add_release_week(CLI::App& lots, Invocation& invocation) {
  const auto options = std::make_shared<LotOptions>();
  CLI::App* release =
      lots.add_subcommand("release-week", "Plan a week of lots, spread over the week");
  release->add_option("--lots", options->lots, "only the first N of the week's lots")
      ->type_name("N")
      ->check(CLI::Range(1, 10'000));
  release->callback([&invocation, options] {
    invocation.changes = true;
    invocation.run = [options](Context context) {
      Message command;
      command.set("command", "release-plan").set("plan", "week");
      if (options->lots > 0) command.set("lots", options->lots);
      return change(context, std::move(command), "lots planned: ");
    };
  });
}

/// Commands that name one lot and perhaps a reason.
void add_change(CLI::App& lots, Invocation& invocation, const char* name, const char* description,
                bool with_reason) {
  const auto options = std::make_shared<LotOptions>();
  CLI::App* command = lots.add_subcommand(name, description);
  add_lot_argument(command, options);
  if (with_reason) {
    command->add_option("--reason", options->reason, "why, for those who read it later")
        ->type_name("TEXT")
        ->required();
  }
  command->callback([&invocation, options, name = std::string(name), with_reason] {
    invocation.changes = true;
    invocation.run = [options, name, with_reason](Context context) {
      Message message;
      message.set("command", name).set("lot", options->lot);
      if (with_reason) message.set("reason", options->reason);
      return change(context, std::move(message), name + " done: " + options->lot);
    };
  });
}

void add_questions(CLI::App& lots, Invocation& invocation) {
  const auto show = std::make_shared<LotOptions>();
  CLI::App* command = lots.add_subcommand("show", "Show one lot with its history");
  add_lot_argument(command, show);
  command->callback([&invocation, show] {
    invocation.run = [show](Context context) { return show_lot(context, *show); };
  });

  const auto why = std::make_shared<LotOptions>();
  command = lots.add_subcommand("why", "Say what a lot waits for");
  add_lot_argument(command, why);
  command->callback([&invocation, why] {
    invocation.run = [why](Context context) { return why_lot(context, *why); };
  });
}

}  // namespace

void add_lot_commands(CLI::App& app, Invocation& invocation) {
  CLI::App* lots = app.add_subcommand("lots", "List, release, hold and cancel lots");
  lots->require_subcommand(0, 1);
  lots->callback([&invocation] {
    if (invocation.run) return;
    invocation.run = [](Context context) { return list_lots(context, {}); };
  });
  add_list(*lots, invocation);
  add_release(*lots, invocation);
  add_release_week(*lots, invocation);
  add_change(*lots, invocation, "hold", "Keep a lot from being started", true);
  add_change(*lots, invocation, "release-hold", "Let a held lot go on", false);
  add_change(*lots, invocation, "cancel", "Take a lot out of the plant", true);
  add_questions(*lots, invocation);
}

}  // namespace cohort::cli
