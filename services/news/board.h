/// The replicated state of the news service: the last postings and the subscriptions. Pure; changed
/// by the same calls in the same order at all members (docs/protocol/news.md).
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "platform/base/bytes.h"
#include "platform/base/ids.h"
#include "platform/base/result.h"

namespace cohort::services::news {

struct Item {
  std::uint64_t number = 0;
  std::int64_t posted_ns = 0;  ///< UTC, by the poster's clock
  ProcessId poster;
  std::string subject;
  Bytes body;  ///< an encoded message
};

/// A subscriber process and its own number for the subscription.
using SubscriptionKey = std::pair<ProcessId, std::uint64_t>;

struct Subscription {
  std::string pattern;
  std::uint64_t acknowledged = 0;  ///< everything up to it has been handled by the subscriber
};

class Board {
 public:
  /// Gives the posting the next number. Errors: kLimit (subject or body too long), kInvalidArgument
  /// (empty subject, or one with a "*"). Drops the oldest beyond news_protocol::kBackIssues.
  Result<std::uint64_t> post(Item item);

  /// Enrols from the last `back_issues` matching items on; enrolling again replaces.
  /// Errors: kLimit, kInvalidArgument (empty pattern).
  Result<std::uint64_t> subscribe(SubscriptionKey key, std::string pattern,
                                  std::uint64_t back_issues);
  void unsubscribe(SubscriptionKey key);
  void remove_subscriber(ProcessId process);
  void acknowledge(SubscriptionKey key, std::uint64_t number);

  std::uint64_t last_number() const { return last_number_; }
  const std::deque<Item>& items() const { return items_; }
  const std::map<SubscriptionKey, Subscription>& subscriptions() const { return subscriptions_; }

  /// The first kept item after `number` that matches; null where there is none.
  const Item* next_after(std::uint64_t number, const std::string& pattern) const;
  /// How many kept items in (after, up_to] match.
  std::size_t count_between(std::uint64_t after, std::uint64_t up_to,
                            const std::string& pattern) const;

  Bytes encode() const;
  Result<void> decode(ByteView bytes);

 private:
  std::uint64_t last_number_ = 0;
  std::deque<Item> items_;  ///< numbers without gaps, the last is last_number_
  std::map<SubscriptionKey, Subscription> subscriptions_;
};

}  // namespace cohort::services::news
