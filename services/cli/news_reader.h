/// Reads the back issues that the news service keeps.
#pragma once

#include <cstdint>
#include <string>

#include "services/cli/context.h"

namespace cohort::cli {

inline constexpr std::int64_t kMostNews = 1000;  ///< the service keeps no more

struct NewsPage {
  std::int64_t number = 0;    ///< of the newest posting of all subjects
  wire::Message::List items;  ///< {number, subject, posted_ns, poster, body}, oldest first
};

/// The last `last` items of the pattern. Errors: kUnknownGroup (no news service), those of call().
task::Task<Result<NewsPage>> read_news(Context context, std::string pattern, std::int64_t last);

}  // namespace cohort::cli
