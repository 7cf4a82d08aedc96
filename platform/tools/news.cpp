#include "platform/tools/news.h"

#include "platform/tools/group_rpc.h"
#include "platform/tools/news_hub.h"
#include "platform/tools/news_protocol.h"

namespace cohort::tools {

namespace {

/// How long to wait before asking again for a service that is not there.
constexpr Duration kRetry = millis(250);
/// Postings that wait for the service.
constexpr std::size_t kWaitingPostings = 256;

NewsItem item_of(const client::Message& message) {
  NewsItem item;
  item.number = static_cast<std::uint64_t>(message.integer("number"));
  item.posted = WallTime{message.integer("posted_ns")};
  item.poster = message.process("poster");
  item.subject = message.text("subject");
  item.body = message.message("body");
  return item;
}

}  // namespace

std::shared_ptr<NewsHub> NewsHub::of(client::Process& process) {
  std::shared_ptr<void>& slot = client::Tooling(process).shared("news");
  if (!slot) {
    const auto hub = std::make_shared<NewsHub>(process);
    slot = hub;
    hub->bind();
  }
  return std::static_pointer_cast<NewsHub>(slot);
}

void NewsHub::bind() {
  const std::weak_ptr<NewsHub> weak = weak_from_this();
  tooling_.bind_update(news_protocol::kItemEntry, {},
                       [weak](const client::Delivery& delivery) -> std::optional<client::Message> {
                         const auto hub = weak.lock();
                         if (!hub) return std::nullopt;
                         const auto found = hub->subscriptions_.find(
                             static_cast<std::uint64_t>(delivery.message.integer("subscription")));
                         if (found == hub->subscriptions_.end()) return std::nullopt;
                         const Take take = found->second;
                         take(delivery.message);
                         return std::nullopt;
                       });
}

std::uint64_t NewsHub::add(Take take) {
  subscriptions_.emplace(next_subscription_, std::move(take));
  return next_subscription_++;
}

void NewsHub::remove(std::uint64_t subscription) {
  subscriptions_.erase(subscription);
  if (!group_.valid() || tooling_.closed()) return;
  client::Message message;
  message.set("subscription", subscription);
  client::Tooling::Outgoing outgoing;
  outgoing.order = client::Order::kTotal;
  outgoing.to.groups.push_back(group_);
  outgoing.entry = news_protocol::kUnsubscribeEntry;
  const auto sent = tooling_.send(outgoing, message);
  static_cast<void>(sent);  // the service forgets a subscriber that has gone
}

task::Task<Result<GroupId>> NewsHub::find_group(std::shared_ptr<NewsHub> hub) {
  while (!hub->group_.valid()) {
    auto view = co_await hub->process_.look_up(kNewsGroup);
    if (view) {
      hub->group_ = view->group;
    } else if (hub->tooling_.closed()) {
      co_return std::unexpected(view.error());
    } else {
      co_await hub->tooling_.scheduler().sleep_for(kRetry);
    }
  }
  co_return hub->group_;
}

Result<void> NewsHub::post(client::Message posting) {
  if (tooling_.closed()) return make_error(Errc::kClosed, "the session with the daemon is over");
  if (postings_.size() >= kWaitingPostings) {
    return make_error(Errc::kLimit, "too many postings wait for the news service");
  }
  postings_.push_back(std::move(posting));
  if (!sending_) {
    sending_ = true;
    tooling_.scheduler().spawn(send_postings(shared_from_this()));
  }
  return {};
}

task::Task<void> NewsHub::send_postings(std::shared_ptr<NewsHub> hub) {
  while (!hub->postings_.empty()) {
    const auto group = co_await find_group(hub);
    if (!group) co_return;
    client::Tooling::Outgoing outgoing;
    outgoing.order = client::Order::kTotal;
    outgoing.to.groups.push_back(*group);
    outgoing.entry = news_protocol::kPostEntry;
    auto sent = co_await hub->tooling_.send_when_room(outgoing, hub->postings_.front());
    if (hub->tooling_.closed()) co_return;
    const bool nobody = sent ? sent->recipients.empty() : sent.error().code == Errc::kUnknownGroup;
    if (!nobody) {
      hub->postings_.pop_front();
      continue;
    }
    hub->forget_group();
    co_await hub->tooling_.scheduler().sleep_for(kRetry);
  }
  hub->sending_ = false;
}

Result<void> post_news(client::Process& process, std::string subject, client::Message body,
                       WallTime posted) {
  if (subject.empty() || subject.size() > news_protocol::kSubjectBytes) {
    return make_error(Errc::kInvalidArgument, "a subject has 1 to " +
                                                  std::to_string(news_protocol::kSubjectBytes) +
                                                  " bytes: '" + subject + "'");
  }
  if (body.encode().size() > news_protocol::kBodyBytes) {
    return make_error(Errc::kLimit, "the body of '" + subject + "' is longer than " +
                                        std::to_string(news_protocol::kBodyBytes) + " bytes");
  }
  client::Message posting;
  posting.set("subject", subject).set("body", std::move(body)).set("posted_ns", posted.ns);
  return NewsHub::of(process)->post(std::move(posting));
}

namespace {

task::Task<void> send_acknowledgement(std::shared_ptr<NewsHub> hub, client::Message message) {
  const auto group = co_await NewsHub::find_group(hub);
  if (!group) co_return;
  client::Tooling::Outgoing outgoing;
  outgoing.to.groups.push_back(*group);
  outgoing.entry = news_protocol::kAcknowledgeEntry;
  const auto sent = hub->tooling().send(outgoing, message);
  static_cast<void>(sent);  // the next acknowledgement says the same and more
}

}  // namespace

struct NewsSubscription::Parts : std::enable_shared_from_this<NewsSubscription::Parts> {
  std::shared_ptr<NewsHub> hub;
  std::string pattern;
  std::uint32_t back_issues = 0;
  std::function<void(const NewsItem&)> on_item;
  std::uint64_t number = 0;  ///< of the subscription
  std::uint64_t last = 0;    ///< the last item taken
  std::size_t since_acknowledgement = 0;
  client::Process::Subscription views;

  void take(const client::Message& message);
  void acknowledge();
  void watch(GroupId group);
  static task::Task<Result<void>> enrol(std::shared_ptr<Parts> parts);
  static task::Task<void> enrol_again(std::shared_ptr<Parts> parts);
};

void NewsSubscription::Parts::take(const client::Message& message) {
  const NewsItem item = item_of(message);
  if (item.number <= last) return;  // sent again by another member of the service
  last = item.number;
  on_item(item);
  if (++since_acknowledgement >= news_protocol::kAcknowledgeEvery) acknowledge();
}

void NewsSubscription::Parts::acknowledge() {
  since_acknowledgement = 0;
  client::Message message;
  message.set("subscription", number).set("number", last);
  hub->tooling().scheduler().spawn(send_acknowledgement(hub, std::move(message)));
}

/// Where every member of the service failed it forgot us and counts anew: enrol again.
void NewsSubscription::Parts::watch(GroupId group) {
  const std::weak_ptr<Parts> weak = weak_from_this();
  views = hub->process().on_view(group, [weak](const client::ViewChange& change) {
    const auto parts = weak.lock();
    if (!parts || !change.view.members.empty()) return;
    parts->hub->forget_group();
    parts->last = 0;
    parts->hub->tooling().scheduler().spawn(enrol_again(parts));
  });
  hub->process().monitor(group);
}

task::Task<Result<void>> NewsSubscription::Parts::enrol(std::shared_ptr<Parts> parts) {
  while (true) {
    const auto group = co_await NewsHub::find_group(parts->hub);
    if (!group) co_return std::unexpected(group.error());
    client::Message request;
    request.set("subscription", parts->number).set("pattern", parts->pattern);
    request.set("back_issues", parts->back_issues);
    CallOptions options;
    options.order = client::Order::kTotal;
    client::Destinations to;
    to.groups.push_back(*group);
    auto replies = co_await call(parts->hub->process(), std::move(to),
                                 news_protocol::kSubscribeEntry, std::move(request), options);
    if (replies && !replies->front().message.flag("ok", true)) {
      co_return make_error(Errc::kRefused, replies->front().message.text("error"));
    }
    if (replies) {
      parts->watch(*group);
      co_return Result<void>{};
    }
    if (replies.error().code == Errc::kClosed || replies.error().code == Errc::kRefused) {
      co_return std::unexpected(replies.error());
    }
    parts->hub->forget_group();
    co_await parts->hub->tooling().scheduler().sleep_for(kRetry);
  }
}

task::Task<void> NewsSubscription::Parts::enrol_again(std::shared_ptr<Parts> parts) {
  const auto enrolled = co_await enrol(parts);
  static_cast<void>(enrolled);  // fails only where the session is over
}

NewsSubscription::NewsSubscription(client::Process& process, std::string pattern,
                                   std::uint32_t back_issues,
                                   std::function<void(const NewsItem&)> on_item)
    : parts_(std::make_shared<Parts>()) {
  parts_->hub = NewsHub::of(process);
  parts_->pattern = std::move(pattern);
  parts_->back_issues = back_issues;
  parts_->on_item = std::move(on_item);
  const std::weak_ptr<Parts> weak = parts_;
  parts_->number = parts_->hub->add([weak](const client::Message& message) {
    if (const auto parts = weak.lock()) parts->take(message);
  });
}

NewsSubscription::~NewsSubscription() {
  parts_->hub->remove(parts_->number);
}

task::Task<Result<void>> NewsSubscription::enrol() {
  return Parts::enrol(parts_);
}

}  // namespace cohort::tools
