/// News (paper section 3.9), the subscriber's and the poster's side: subjects are dotted names;
/// a pattern may end in ".*" (every subject below) or be "*" (all). The service keeps back issues.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "platform/client/process.h"

namespace cohort::tools {

inline constexpr const char* kNewsGroup = "news";

struct NewsItem {
  std::uint64_t number = 0;  ///< posting order in the plant, from 1
  WallTime posted;           ///< by the poster's clock, for people
  ProcessId poster;
  std::string subject;
  client::Message body;
};

/// Posts to every subscriber of the subject, in one order for all (P46). 1 ABCAST to the service.
Result<void> post_news(client::Process& process, std::string subject, client::Message body,
                       WallTime posted);

/// Receives each posting of its pattern after the enrolment, once, in posting order, also across
/// failures of the service's members; with `back_issues` the last N before it first.
class NewsSubscription {
 public:
  NewsSubscription(client::Process& process, std::string pattern, std::uint32_t back_issues,
                   std::function<void(const NewsItem&)> on_item);
  ~NewsSubscription();
  /// Enrols; waits until the news service exists. Errors: kClosed.
  task::Task<Result<void>> enrol();

 private:
  struct Parts;
  std::shared_ptr<Parts> parts_;
};

}  // namespace cohort::tools
