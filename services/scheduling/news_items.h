/// The news of one command that was applied to the book. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "platform/wire/message.h"
#include "services/dispatch/plant_book.h"

namespace cohort::services::scheduling {

struct NewsItem {
  std::string subject;
  wire::Message body;
};

/// The outstanding order that the command is about, before it is applied.
std::optional<dispatch::Order> order_named(const dispatch::Book& book,
                                           const dispatch::Command& command);

/// Requires: `book` is the one after the command, `order` what order_named() gave before it or
/// null.
std::vector<NewsItem> news_of(const dispatch::Book& book, const dispatch::Command& command,
                              const dispatch::Order* order, const dispatch::Applied& applied);

}  // namespace cohort::services::scheduling
