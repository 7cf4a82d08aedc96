/// One member of the news service (paper section 3.9): numbers postings, keeps back issues, sends
/// each subscriber its subjects' items once and in order, also when members fail.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "platform/client/process.h"
#include "services/member/service_member.h"
#include "services/news/board.h"

namespace cohort::services::news {

class NewsService {
 public:
  /// Requires: before process.connect(); `process` outlives the service.
  NewsService(client::Process& process, MemberOptions options);

  /// Joins the group with the board's state. Errors: those of ServiceMember::join.
  task::Task<Result<void>> start();

  const Board& board() const { return board_; }

 private:
  /// What this member has sent to a subscription that it serves.
  using Served = std::map<SubscriptionKey, std::uint64_t>;

  std::optional<client::Message> on_post(const client::Delivery& delivery);
  std::optional<client::Message> on_subscribe(const client::Delivery& delivery);
  std::optional<client::Message> on_unsubscribe(const client::Delivery& delivery);
  std::optional<client::Message> on_acknowledge(const client::Delivery& delivery);
  task::Task<void> on_read(client::Delivery request);

  void serve_all();
  void serve(SubscriptionKey key, const Subscription& subscription);
  bool send(SubscriptionKey key, const Item& item);

  Board board_;
  ServiceMember member_;
  Served served_;
  client::Process::Subscription gone_;
};

}  // namespace cohort::services::news
