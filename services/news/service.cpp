#include "services/news/service.h"

#include <fmt/format.h>

#include <algorithm>

#include "platform/tools/group_rpc.h"
#include "platform/tools/news_protocol.h"

namespace cohort::services::news {

namespace protocol = tools::news_protocol;

namespace {

/// Items that a subscriber may have and not have acknowledged: a slow one holds up nobody else.
constexpr std::size_t kUnacknowledged = 4 * protocol::kAcknowledgeEvery;
constexpr std::size_t kReadBytes = 32 * 1024;

SubscriptionKey key_of(const client::Delivery& delivery) {
  return {delivery.sender, static_cast<std::uint64_t>(delivery.message.integer("subscription"))};
}

client::Message refused(const Error& error) {
  client::Message answer;
  answer.set("ok", false).set("error", error.text);
  return answer;
}

Result<client::Message> describe(const Item& item) {
  Result<client::Message> body = client::Message::decode(item.body);
  if (!body) return std::unexpected(body.error());
  client::Message message;
  message.set("number", item.number).set("subject", item.subject);
  message.set("posted_ns", item.posted_ns).set("poster", item.poster);
  message.set("body", std::move(*body));
  return message;
}

tools::Domain domain_of(Board& board) {
  tools::Domain domain;
  domain.name = "news board";
  domain.encode = [&board] { return board.encode(); };
  domain.decode = [&board](ByteView bytes) { return board.decode(bytes); };
  return domain;
}

}  // namespace

NewsService::NewsService(client::Process& process, MemberOptions options)
    : member_(process, std::move(options), {domain_of(board_)}) {
  client::EntryRule ordered;
  ordered.weakest = client::Order::kTotal;
  process.bind_update(protocol::kPostEntry, ordered,
                      [this](const client::Delivery& d) { return on_post(d); });
  process.bind_update(protocol::kSubscribeEntry, ordered,
                      [this](const client::Delivery& d) { return on_subscribe(d); });
  process.bind_update(protocol::kUnsubscribeEntry, ordered,
                      [this](const client::Delivery& d) { return on_unsubscribe(d); });
  const client::EntryRule any;
  process.bind_update(protocol::kAcknowledgeEntry, any,
                      [this](const client::Delivery& d) { return on_acknowledge(d); });
  process.bind_task(protocol::kReadEntry, any,
                    [this](client::Delivery request) { return on_read(std::move(request)); });
  member_.on_view = [this](const client::ViewChange&) { serve_all(); };
}

task::Task<Result<void>> NewsService::start() {
  gone_ = member_.process().on_process_gone(
      [this](ProcessId process, client::Departure) { board_.remove_subscriber(process); });
  const Result<GroupId> joined = co_await member_.join();
  if (!joined) co_return std::unexpected(joined.error());
  serve_all();
  co_return Result<void>{};
}

std::optional<client::Message> NewsService::on_post(const client::Delivery& delivery) {
  Item item;
  item.posted_ns = delivery.message.integer("posted_ns");
  item.poster = delivery.sender;
  item.subject = delivery.message.text("subject");
  item.body = delivery.message.message("body").encode();
  const Result<std::uint64_t> posted = board_.post(std::move(item));
  client::Message answer;
  if (posted) {
    serve_all();
    answer.set("ok", true).set("number", *posted);
  } else {
    member_.log(
        fmt::format("posting of {} refused: {}", to_string(delivery.sender), posted.error().text));
    answer = refused(posted.error());
  }
  return delivery.call == 0 ? std::nullopt : std::optional(std::move(answer));
}

std::optional<client::Message> NewsService::on_subscribe(const client::Delivery& delivery) {
  const std::int64_t back_issues = delivery.message.integer("back_issues");
  const Result<std::uint64_t> enrolled =
      board_.subscribe(key_of(delivery), delivery.message.text("pattern"),
                       static_cast<std::uint64_t>(std::max<std::int64_t>(0, back_issues)));
  if (!enrolled) return refused(enrolled.error());
  served_.erase(key_of(delivery));
  serve_all();
  client::Message answer;
  answer.set("ok", true).set("number", *enrolled);
  return answer;
}

std::optional<client::Message> NewsService::on_unsubscribe(const client::Delivery& delivery) {
  board_.unsubscribe(key_of(delivery));
  served_.erase(key_of(delivery));
  return std::nullopt;
}

std::optional<client::Message> NewsService::on_acknowledge(const client::Delivery& delivery) {
  const std::int64_t number = delivery.message.integer("number");
  if (number > 0) board_.acknowledge(key_of(delivery), static_cast<std::uint64_t>(number));
  const auto found = board_.subscriptions().find(key_of(delivery));
  if (found != board_.subscriptions().end()) serve(found->first, found->second);
  return std::nullopt;
}

void NewsService::serve_all() {
  for (const auto& [key, subscription] : board_.subscriptions()) serve(key, subscription);
}

void NewsService::serve(SubscriptionKey key, const Subscription& subscription) {
  if (!member_.group().valid()) return;  // still joining: start() serves
  if (answering_member(member_.view(), key.first) != member_.process().id()) {
    served_.erase(key);
    return;
  }
  // Newly served: whatever the member before has sent beyond the acknowledged is sent again.
  std::uint64_t& sent = served_.try_emplace(key, subscription.acknowledged).first->second;
  std::size_t outstanding =
      board_.count_between(subscription.acknowledged, sent, subscription.pattern);
  while (outstanding < kUnacknowledged) {
    const Item* const item = board_.next_after(sent, subscription.pattern);
    if (item == nullptr || !send(key, *item)) return;
    sent = item->number;
    ++outstanding;
  }
}

bool NewsService::send(SubscriptionKey key, const Item& item) {
  Result<client::Message> message = describe(item);
  if (!message) {
    member_.log(fmt::format("item {} cannot be read: {}", item.number, message.error().text));
    return false;
  }
  message->set("subscription", key.second);
  client::Destinations to;
  to.processes.push_back(key.first);
  const Result<void> sent = member_.process().multicast(client::Order::kCausal, std::move(to),
                                                        protocol::kItemEntry, *message);
  return sent.has_value();
}

task::Task<void> NewsService::on_read(client::Delivery request) {
  if (request.call == 0) co_return;
  client::Process& process = member_.process();
  Result<void> sent;
  if (answering_member(request.view, request.sender) != process.id()) {
    sent = tools::null_reply(process, request);
  } else {
    const std::string pattern = request.message.text("pattern", "*");
    std::vector<const Item*> matching;
    for (const Item& item : board_.items()) {
      if (protocol::matches(pattern, item.subject)) matching.push_back(&item);
    }
    const auto asked = static_cast<std::size_t>(
        std::clamp<std::int64_t>(request.message.integer("last", 100), 0, protocol::kBackIssues));
    std::size_t at = matching.size() - std::min(asked, matching.size());
    at += static_cast<std::size_t>(std::max<std::int64_t>(0, request.message.integer("offset")));
    client::Message::List items;
    std::size_t bytes = 0;
    for (; at < matching.size() && bytes < kReadBytes; ++at) {
      Result<client::Message> row = describe(*matching[at]);
      if (!row) continue;
      bytes += matching[at]->body.size() + matching[at]->subject.size() + 64;
      items.push_back(std::move(*row));
    }
    client::Message answer;
    answer.set("number", board_.last_number());
    if (at < matching.size()) {
      answer.set("next_offset",
                 request.message.integer("offset") + static_cast<std::int64_t>(items.size()));
    }
    answer.set("items", std::move(items));
    sent = tools::reply(process, request, answer);
  }
  if (!sent) member_.log(fmt::format("reply not sent: {}", sent.error().text));
}

}  // namespace cohort::services::news
