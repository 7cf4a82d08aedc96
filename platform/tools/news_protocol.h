/// What posters and subscribers of news (platform/tools/news.h) and the members of the news service
/// (services/news) say to each other; docs/protocol/news.md has the state table.
///
/// Exactly once and in order: every posting gets one number, the same at all members. One member
/// serves a subscription: the one at the subscriber's site, else the oldest. It sends the matching
/// items in the order of their numbers. Whoever becomes the serving member sends again from the
/// last number that the subscriber acknowledged; the subscriber drops every number that it has
/// passed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cohort::tools::news_protocol {

/// ABCAST to the group: {subject, body (message), posted_ns (UTC)}. No reply.
inline constexpr std::uint8_t kPostEntry = 16;
/// ABCAST to the group: {subscription (the subscriber's own number), pattern, back_issues}
/// -> {number}: of the last posting before the enrolment. Items may come before this reply.
inline constexpr std::uint8_t kSubscribeEntry = 17;
/// ABCAST to the group: {subscription}. No reply. A failed subscriber needs none.
inline constexpr std::uint8_t kUnsubscribeEntry = 18;
/// CBCAST to the group: {subscription, number}: everything up to it has been handled. To be sent
/// after every kAcknowledgeEvery items at the latest. No reply.
inline constexpr std::uint8_t kAcknowledgeEntry = 19;
/// CBCAST to the group: {pattern, last (at most kBackIssues), offset} -> {number, items: list of
/// items, newest last, as many as one message holds; `next_offset` where there are more}.
inline constexpr std::uint8_t kReadEntry = 20;

/// CBCAST from the serving member to the subscriber: {subscription, number, subject, posted_ns,
/// poster, body}.
inline constexpr std::uint8_t kItemEntry = 12;

inline constexpr std::size_t kAcknowledgeEvery = 32;
inline constexpr std::size_t kBackIssues = 1000;
inline constexpr std::size_t kSubjectBytes = 128;
inline constexpr std::size_t kBodyBytes = 8 * 1024;
inline constexpr std::size_t kSubscriptions = 1024;

/// "*" takes all subjects, "a.b.*" every subject below a.b, "a.b" itself only.
inline bool matches(std::string_view pattern, std::string_view subject) {
  if (pattern == "*") return true;
  if (!pattern.ends_with(".*")) return pattern == subject;
  return subject.starts_with(pattern.substr(0, pattern.size() - 1));
}

}  // namespace cohort::tools::news_protocol
