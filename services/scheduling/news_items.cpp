#include "services/scheduling/news_items.h"

#include "services/news/protocol.h"
#include "services/station_service/protocol.h"

namespace cohort::services::scheduling {

namespace {

NewsItem about_lot(const char* subject, const std::string& lot) {
  NewsItem item;
  item.subject = subject;
  item.body.set("lot", lot);
  return item;
}

NewsItem about_step(const char* subject, const dispatch::Order& order, dispatch::PlantTime at_ms) {
  NewsItem item;
  item.subject = subject;
  item.body.set("order", order.id).set("station", order.station).set("step", int{order.step});
  item.body.set("lots", station_service::to_lots(order.lots)).set("plant_time_ms", at_ms);
  return item;
}

void tell_of_order(const dispatch::Book& book, const dispatch::Command& command,
                   const dispatch::Order* order, std::vector<NewsItem>& items) {
  if (order == nullptr || order->kind != dispatch::OrderKind::kStep) return;
  if (std::holds_alternative<dispatch::OrderStarted>(command)) {
    items.push_back(about_step(news::kLotStepStarted, *order, book.now_ms));
  }
  if (std::holds_alternative<dispatch::OrderDone>(command)) {
    items.push_back(about_step(news::kLotStepFinished, *order, book.now_ms));
  }
}

void tell_of_lots(const dispatch::Book& book, const dispatch::Applied& applied,
                  std::vector<NewsItem>& items) {
  for (const std::string& name : applied.released) {
    NewsItem item = about_lot(news::kLotReleased, name);
    const dispatch::Lot* const lot = book.lot(name);
    if (lot != nullptr) item.body.set("product", stations::to_string(lot->product));
    items.push_back(std::move(item));
  }
  for (const std::string& name : applied.finished) {
    NewsItem item = about_lot(news::kLotFinished, name);
    const dispatch::Lot* const lot = book.lot(name);
    if (lot != nullptr) {
      item.body.set("product", stations::to_string(lot->product));
      item.body.set("cycle_time_ms", lot->finished_ms - lot->released_ms);
      item.body.set("plant_time_ms", lot->finished_ms);
    }
    items.push_back(std::move(item));
  }
  for (const std::string& name : applied.held) {
    NewsItem item = about_lot(news::kLotHeld, name);
    const dispatch::Lot* const lot = book.lot(name);
    if (lot != nullptr) item.body.set("reason", lot->hold_reason);
    items.push_back(std::move(item));
  }
}

}  // namespace

std::optional<dispatch::Order> order_named(const dispatch::Book& book,
                                           const dispatch::Command& command) {
  std::uint64_t number = 0;
  if (const auto* started = std::get_if<dispatch::OrderStarted>(&command)) number = started->order;
  if (const auto* done = std::get_if<dispatch::OrderDone>(&command)) number = done->order;
  if (const auto* failed = std::get_if<dispatch::OrderFailed>(&command)) number = failed->order;
  const auto found = book.orders.find(number);
  return found == book.orders.end() ? std::nullopt : std::optional(found->second);
}

std::vector<NewsItem> news_of(const dispatch::Book& book, const dispatch::Command& command,
                              const dispatch::Order* order, const dispatch::Applied& applied) {
  std::vector<NewsItem> items;
  if (!applied.repeated && !applied.refused) tell_of_order(book, command, order, items);
  tell_of_lots(book, applied, items);
  if (const auto* released = std::get_if<dispatch::ReleaseHold>(&command)) {
    const dispatch::Lot* const lot = book.lot(released->lot);
    if (lot != nullptr && lot->state != dispatch::LotState::kHeld) {
      items.push_back(about_lot(news::kLotHoldReleased, released->lot));
    }
  }
  if (const auto* cancelled = std::get_if<dispatch::CancelLot>(&command)) {
    const dispatch::Lot* const lot = book.lot(cancelled->lot);
    if (lot != nullptr && lot->state == dispatch::LotState::kCancelled) {
      NewsItem item = about_lot(news::kLotCancelled, cancelled->lot);
      item.body.set("reason", cancelled->reason);
      items.push_back(std::move(item));
    }
  }
  return items;
}

}  // namespace cohort::services::scheduling
