/// news: what the services have posted.
#include <CLI/CLI.hpp>
#include <memory>

#include "platform/tools/news.h"
#include "services/cli/commands.h"
#include "services/cli/news_reader.h"
#include "services/cli/words.h"

namespace cohort::cli {

namespace {

using wire::Message;

struct NewsOptions {
  std::string pattern = "*";
  std::int64_t last = 20;
  bool follow = false;
};

constexpr std::size_t kSubjectWidth = 24;

void print_item(const Context& context, const Message& item) {
  if (context.json) {
    context.line(item.to_json());
    return;
  }
  std::string subject = item.text("subject");
  if (subject.size() < kSubjectWidth) subject.resize(kSubjectWidth, ' ');
  context.line(moment_text({item.integer("posted_ns")}) + "  " + field_text(item, "number") + "  " +
               harmless(subject + "  " + fields_text(item.message("body"))));
}

Message to_message(const tools::NewsItem& item) {
  Message message;
  message.set("number", item.number).set("subject", item.subject);
  message.set("posted_ns", item.posted.ns).set("poster", item.poster).set("body", item.body);
  return message;
}

task::Task<Exit> follow_news(Context context, NewsOptions options) {
  tools::NewsSubscription subscription(
      context.process(), options.pattern, static_cast<std::uint32_t>(options.last),
      [context](const tools::NewsItem& item) { print_item(context, to_message(item)); });
  const auto enrolled = co_await subscription.enrol();
  if (!enrolled) co_return failed(context, enrolled.error(), false);
  co_await context.host->until_stopped();
  co_return Exit::kOk;
}

task::Task<Exit> show_news(Context context, NewsOptions options) {
  if (options.follow) {
    const Exit exit = co_await follow_news(context, options);
    co_return exit;
  }
  const auto page = co_await read_news(context, options.pattern, options.last);
  if (!page) co_return failed(context, page.error(), false);
  for (const Message& item : page->items) print_item(context, item);
  co_return Exit::kOk;
}

}  // namespace

void add_news_command(CLI::App& app, Invocation& invocation) {
  const auto options = std::make_shared<NewsOptions>();
  CLI::App* command =
      app.add_subcommand("news", "Show what the services have posted, oldest first");
  command->add_option("--last", options->last, "so many back issues (default 20)")
      ->type_name("N")
      ->check(CLI::Range(std::int64_t{0}, kMostNews));
  command
      ->add_option("--subject", options->pattern,
                   "only this subject, or all below one: lot.finished, lot.*")
      ->type_name("PATTERN");
  command->add_flag("--follow", options->follow, "go on with what is posted until stopped");
  command->callback([&invocation, options] {
    invocation.follows = options->follow;
    invocation.run = [options](Context context) { return show_news(context, *options); };
  });
}

}  // namespace cohort::cli
