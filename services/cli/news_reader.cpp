#include "services/cli/news_reader.h"

#include "platform/tools/group_rpc.h"
#include "platform/tools/news.h"
#include "platform/tools/news_protocol.h"

namespace cohort::cli {

task::Task<Result<NewsPage>> read_news(Context context, std::string pattern, std::int64_t last) {
  namespace protocol = tools::news_protocol;
  const auto view = co_await context.process().look_up(tools::kNewsGroup);
  if (!view) co_return make_error(view.error().code, "the news service does not run");
  client::Destinations to;
  to.groups.push_back(view->group);
  NewsPage page;
  bool more = true;
  std::int64_t offset = 0;
  while (more) {
    wire::Message question;
    question.set("pattern", pattern).set("last", last).set("offset", offset);
    const auto replies =
        co_await tools::call(context.process(), to, protocol::kReadEntry, question);
    if (!replies) co_return std::unexpected(replies.error());
    const wire::Message& answer = replies->front().message;
    page.number = answer.integer("number");
    for (wire::Message& item : answer.list("items")) page.items.push_back(std::move(item));
    // A service that does not move on must not make this loop for ever.
    const std::int64_t next = answer.integer("next_offset");
    more = answer.has("next_offset") && next > offset;
    offset = next;
  }
  co_return page;
}

}  // namespace cohort::cli
