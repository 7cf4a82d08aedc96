/// What the posters and subscriptions of one process share: the news group's address, the postings
/// that wait for it, and the entry where items arrive. Private to platform/tools.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "platform/client/tooling.h"
#include "platform/tools/news.h"

namespace cohort::tools {

class NewsHub : public std::enable_shared_from_this<NewsHub> {
 public:
  /// The process's hub; made at the first use.
  static std::shared_ptr<NewsHub> of(client::Process& process);

  explicit NewsHub(client::Process& process) : process_(process), tooling_(process) {}

  /// Errors: kLimit, kClosed.
  Result<void> post(client::Message posting);

  using Take = std::function<void(const client::Message& item)>;
  std::uint64_t add(Take take);
  void remove(std::uint64_t subscription);

  /// The group's address; waits until the group exists. Errors: kClosed.
  static task::Task<Result<GroupId>> find_group(std::shared_ptr<NewsHub> hub);
  /// The address is out of date: look it up again.
  void forget_group() { group_ = {}; }

  client::Process& process() { return process_; }
  const client::Tooling& tooling() const { return tooling_; }

 private:
  void bind();
  static task::Task<void> send_postings(std::shared_ptr<NewsHub> hub);

  client::Process& process_;
  client::Tooling tooling_;
  GroupId group_;
  std::deque<client::Message> postings_;
  bool sending_ = false;
  std::map<std::uint64_t, Take> subscriptions_;
  std::uint64_t next_subscription_ = 1;
};

}  // namespace cohort::tools
