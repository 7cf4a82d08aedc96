#include "services/news/board.h"

#include <fmt/format.h>

#include <algorithm>

#include "platform/base/limits.h"
#include "platform/tools/news_protocol.h"
#include "platform/wire/codec.h"

namespace cohort::services::news {

namespace protocol = tools::news_protocol;

Result<std::uint64_t> Board::post(Item item) {
  if (item.subject.empty() || item.subject.find('*') != std::string::npos) {
    return make_error(Errc::kInvalidArgument, "a subject is a dotted name without '*'");
  }
  if (item.subject.size() > protocol::kSubjectBytes) {
    return make_error(Errc::kLimit,
                      fmt::format("a subject has at most {} bytes", protocol::kSubjectBytes));
  }
  if (item.body.size() > protocol::kBodyBytes) {
    return make_error(Errc::kLimit,
                      fmt::format("a posting has at most {} bytes", protocol::kBodyBytes));
  }
  item.number = ++last_number_;
  items_.push_back(std::move(item));
  if (items_.size() > protocol::kBackIssues) items_.pop_front();
  return last_number_;
}

Result<std::uint64_t> Board::subscribe(SubscriptionKey key, std::string pattern,
                                       std::uint64_t back_issues) {
  if (pattern.empty() || pattern.size() > protocol::kSubjectBytes) {
    return make_error(Errc::kInvalidArgument,
                      fmt::format("a pattern has 1 to {} bytes", protocol::kSubjectBytes));
  }
  if (!subscriptions_.contains(key) && subscriptions_.size() >= protocol::kSubscriptions) {
    return make_error(Errc::kLimit, fmt::format("there are {} subscriptions, no more are taken",
                                                protocol::kSubscriptions));
  }
  std::uint64_t from = last_number_;
  std::uint64_t found = 0;
  for (auto item = items_.rbegin(); item != items_.rend() && found < back_issues; ++item) {
    if (!protocol::matches(pattern, item->subject)) continue;
    from = item->number - 1;
    ++found;
  }
  subscriptions_[key] = Subscription{std::move(pattern), from};
  return last_number_;
}

void Board::unsubscribe(SubscriptionKey key) {
  subscriptions_.erase(key);
}

void Board::remove_subscriber(ProcessId process) {
  std::erase_if(subscriptions_, [process](const auto& row) { return row.first.first == process; });
}

void Board::acknowledge(SubscriptionKey key, std::uint64_t number) {
  const auto found = subscriptions_.find(key);
  if (found == subscriptions_.end()) return;
  const std::uint64_t known = std::min(number, last_number_);
  found->second.acknowledged = std::max(found->second.acknowledged, known);
}

const Item* Board::next_after(std::uint64_t number, const std::string& pattern) const {
  for (const Item& item : items_) {
    if (item.number > number && protocol::matches(pattern, item.subject)) return &item;
  }
  return nullptr;
}

std::size_t Board::count_between(std::uint64_t after, std::uint64_t up_to,
                                 const std::string& pattern) const {
  std::size_t count = 0;
  for (const Item& item : items_) {
    if (item.number <= after || item.number > up_to) continue;
    if (protocol::matches(pattern, item.subject)) ++count;
  }
  return count;
}

Bytes Board::encode() const {
  wire::Encoder out;
  out.varint(last_number_);
  out.varint(items_.size());
  for (const Item& item : items_) {
    out.varint(item.number);
    out.zigzag(item.posted_ns);
    out.process(item.poster);
    out.text(item.subject);
    out.bytes(item.body);
  }
  out.varint(subscriptions_.size());
  for (const auto& [key, subscription] : subscriptions_) {
    out.process(key.first);
    out.varint(key.second);
    out.text(subscription.pattern);
    out.varint(subscription.acknowledged);
  }
  return out.take();
}

Result<void> Board::decode(ByteView bytes) {
  wire::Decoder in(bytes);
  Board next;
  next.last_number_ = in.varint();
  const std::size_t items = in.count(protocol::kBackIssues);
  for (std::size_t i = 0; i < items && !in.failed(); ++i) {
    Item item;
    item.number = in.varint();
    item.posted_ns = in.zigzag();
    item.poster = in.process();
    item.subject = in.text(protocol::kSubjectBytes);
    const ByteView body = in.bytes(protocol::kBodyBytes);
    item.body.assign(body.begin(), body.end());
    next.items_.push_back(std::move(item));
  }
  const std::size_t subscriptions = in.count(protocol::kSubscriptions);
  for (std::size_t i = 0; i < subscriptions && !in.failed(); ++i) {
    SubscriptionKey key;
    key.first = in.process();
    key.second = in.varint();
    Subscription subscription;
    subscription.pattern = in.text(protocol::kSubjectBytes);
    subscription.acknowledged = in.varint();
    next.subscriptions_.emplace(key, std::move(subscription));
  }
  const Result<void> finished = in.finish();
  if (finished) *this = std::move(next);
  return finished;
}

}  // namespace cohort::services::news
