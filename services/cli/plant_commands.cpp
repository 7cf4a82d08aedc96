/// groups, views, members, why-left: what the platform itself knows.
#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <vector>

#include "services/cli/arguments.h"
#include "services/cli/commands.h"
#include "services/cli/news_reader.h"
#include "services/cli/words.h"
#include "services/news/protocol.h"

namespace cohort::cli {

namespace {

using client::GroupView;
using client::ViewChange;
using wire::Message;

struct GroupOptions {
  std::string group;
  bool follow = false;
};

struct SiteOptions {
  std::string text;
  std::optional<SiteId> site;
};

std::string sites_of(const Message& group, const config::PlantFile& plant) {
  const Message::Value* value = group.find("members");
  const auto* members = value == nullptr ? nullptr : std::get_if<Message::List>(value);
  std::string text;
  if (members == nullptr) return std::string(kNothing);
  for (const Message& member : *members) {
    if (!text.empty()) text += ", ";
    text += site_text(member.process("process").site(), plant);
  }
  return text.empty() ? std::string(kNothing) : text;
}

task::Task<Exit> show_groups(Context context) {
  const auto answer = co_await context.process().inspect("groups");
  if (!answer) co_return failed(context, answer.error(), false);
  if (context.json) {
    context.line(answer->to_json());
    co_return Exit::kOk;
  }
  Table table({{"GROUP"},
               {"VIEW", Align::kRight},
               {"MEMBERS", Align::kRight},
               {"SITES, OLDEST MEMBER FIRST"}});
  for (const Message& group : answer->list("groups")) {
    table.row({group.text("name"), field_text(group, "view"),
               std::to_string(group.list("members").size()), sites_of(group, context.plant())});
  }
  context.printer->table(table);
  co_return Exit::kOk;
}

Message to_message(const GroupView& view, const config::PlantFile& plant) {
  Message::List members;
  for (std::size_t rank = 0; rank < view.members.size(); ++rank) {
    const ProcessId process = view.members[rank];
    Message member;
    member.set("rank", static_cast<std::uint64_t>(rank)).set("process", process);
    member.set("site", int{process.site().value});
    member.set("site_name", site_text(process.site(), plant));
    member.set("incarnation", int{process.life().incarnation.value});
    members.push_back(std::move(member));
  }
  Message message;
  message.set("group", view.name).set("view", view.number).set("members", std::move(members));
  return message;
}

Exit no_group(const Context& context, const Error& error, const std::string& group) {
  if (error.code != Errc::kUnknownGroup) return failed(context, error, false);
  context.printer->problem("there is no group '" + harmless(group) +
                           "' now; cohort groups lists those that there are");
  return Exit::kRefused;
}

task::Task<Exit> show_members(Context context, GroupOptions options) {
  const auto view = co_await context.process().look_up(options.group);
  if (!view) co_return no_group(context, view.error(), options.group);
  const Message message = to_message(*view, context.plant());
  if (context.json) {
    context.line(message.to_json());
    co_return Exit::kOk;
  }
  Table table({{"RANK", Align::kRight}, {"PROCESS"}, {"SITE"}, {"INCARNATION", Align::kRight}});
  for (const Message& member : message.list("members")) {
    table.row({field_text(member, "rank"), field_text(member, "process"), member.text("site_name"),
               field_text(member, "incarnation")});
  }
  context.line("group " + view->name + ", view " + std::to_string(view->number));
  context.printer->table(table);
  co_return Exit::kOk;
}

std::string_view departure_text(client::Departure reason) {
  switch (reason) {
    case client::Departure::kLeft:
      return "left";
    case client::Departure::kProcessFailed:
      return "failed";
    case client::Departure::kSiteFailed:
      return "its site failed";
    case client::Departure::kKilled:
      return "was killed with its group";
    case client::Departure::kSlow:
      return "made no progress";
  }
  return "gone";
}

std::string name_of(ProcessId process, const config::PlantFile& plant) {
  return to_string(process) + " at " + site_text(process.site(), plant);
}

std::string change_text(const ViewChange& change, const config::PlantFile& plant) {
  std::string text =
      "view " + std::to_string(change.view.number) + ", " +
      count_text(static_cast<std::int64_t>(change.view.members.size()), "member", "members");
  for (const ProcessId joined : change.joined) text += "; " + name_of(joined, plant) + " joined";
  for (const auto& [process, reason] : change.departed) {
    text += "; " + name_of(process, plant) + " " + std::string(departure_text(reason));
  }
  return text;
}

Message to_message(const ViewChange& change, const config::PlantFile& plant) {
  Message message = to_message(change.view, plant);
  Message::List joined;
  for (const ProcessId process : change.joined) joined.emplace_back().set("process", process);
  Message::List departed;
  for (const auto& [process, reason] : change.departed) {
    departed.emplace_back().set("process", process).set("reason", departure_text(reason));
  }
  message.set("joined", std::move(joined)).set("departed", std::move(departed));
  return message;
}

/// Prints each view as it comes, the present one first.
task::Task<Exit> follow_views(Context context, GroupView view) {
  const auto subscription =
      context.process().on_view(view.group, [context](const ViewChange& change) {
        const WallTime now = client::Loop::wall_now();
        if (context.json) {
          Message message = to_message(change, context.plant());
          message.set("seen_ns", now.ns);
          context.line(message.to_json());
        } else {
          context.line(moment_text(now) + "  " + harmless(change_text(change, context.plant())));
        }
      });
  context.process().monitor(view.group);
  co_await context.host->until_stopped();
  co_return Exit::kOk;
}

/// The views that the news keep of a group, oldest first.
Message::List views_of(const NewsPage& page, const std::string& group) {
  Message::List views;
  for (const Message& item : page.items) {
    if (item.message("body").text("service") == group) views.push_back(item);
  }
  return views;
}

void print_views(const Context& context, const Message::List& views) {
  Table table(
      {{"POSTED"}, {"VIEW", Align::kRight}, {"MEMBERS"}, {"JOINED"}, {"DEPARTED"}, {"REASON"}});
  for (const Message& item : views) {
    const Message body = item.message("body");
    table.row({moment_text({item.integer("posted_ns")}), field_text(body, "view"),
               field_text(body, "members"), field_text(body, "joined"),
               field_text(body, "departed"), field_text(body, "reason")});
  }
  context.printer->table(table);
}

task::Task<Exit> show_views(Context context, GroupOptions options) {
  const auto view = co_await context.process().look_up(options.group);
  if (!view) co_return no_group(context, view.error(), options.group);
  if (options.follow) {
    const Exit exit = co_await follow_views(context, *view);
    co_return exit;
  }
  const auto news = co_await read_news(context, services::news::kServiceView, kMostNews);
  if (!news) context.printer->problem("no history: " + harmless(news.error().text));
  const Message::List views = news ? views_of(*news, options.group) : Message::List{};
  if (context.json) {
    Message message = to_message(*view, context.plant());
    message.set("history", views);
    context.line(message.to_json());
    co_return Exit::kOk;
  }
  if (!views.empty()) print_views(context, views);
  context.line("now view " + std::to_string(view->number) + " of " +
               count_text(static_cast<std::int64_t>(view->members.size()), "member", "members"));
  co_return Exit::kOk;
}

task::Task<Exit> show_why_left(Context context, SiteOptions options) {
  const std::string number = std::to_string(options.site->value);
  const auto answer = co_await context.process().inspect("why-left", number);
  if (!answer) co_return failed(context, answer.error(), false);
  if (context.json) {
    context.line(answer->to_json());
    co_return Exit::kOk;
  }
  const std::string name = site_text(*options.site, context.plant());
  const Message::List departures = answer->list("departures");
  if (departures.empty()) {
    context.line("site " + name + " has not left since site " + context.host->site().name +
                 " joined");
    co_return Exit::kOk;
  }
  Table table({{"SITE"},
               {"INCARNATION", Align::kRight},
               {"GONE FROM VIEW", Align::kRight},
               {"CAUSE"},
               {"EVIDENCE"}});
  for (const Message& departure : departures) {
    table.row({name, field_text(departure, "incarnation"), field_text(departure, "view"),
               field_text(departure, "cause"), field_text(departure, "reason")});
  }
  context.printer->table(table);
  co_return Exit::kOk;
}

}  // namespace

void add_plant_commands(CLI::App& app, Invocation& invocation) {
  app.add_subcommand("groups", "List the process groups")->callback([&invocation] {
    invocation.run = show_groups;
  });

  const auto views = std::make_shared<GroupOptions>();
  CLI::App* command = app.add_subcommand("views", "Show how a group's membership changed");
  command->add_option("GROUP", views->group, "the group's name, for example emulsion")->required();
  command->add_flag("--follow", views->follow, "print each new view until stopped");
  command->callback([&invocation, views] {
    invocation.follows = views->follow;
    invocation.run = [views](Context context) { return show_views(context, *views); };
  });

  const auto members = std::make_shared<GroupOptions>();
  command = app.add_subcommand("members", "List a group's members, oldest first");
  command->add_option("GROUP", members->group, "the group's name")->required();
  command->callback([&invocation, members] {
    invocation.run = [members](Context context) { return show_members(context, *members); };
  });

  const auto left = std::make_shared<SiteOptions>();
  command = app.add_subcommand("why-left", "Say why a site left the plant, with the evidence");
  command->add_option("SITE", left->text, "the site's name or number")->required();
  command->callback([&invocation, left] {
    invocation.prepare = [left](Invocation& prepared,
                                const config::PlantFile& plant) -> Result<void> {
      const auto site = parse_site(left->text, plant);
      if (!site) return std::unexpected(site.error());
      left->site = *site;
      prepared.about = *site;
      return {};
    };
    invocation.unserved = true;
    invocation.run = [left](Context context) { return show_why_left(context, *left); };
  });
}

}  // namespace cohort::cli
