#include "services/scheduling/answers.h"

#include <fmt/format.h>

#include <algorithm>

#include "services/dispatch/report.h"
#include "services/station_service/protocol.h"

namespace cohort::services::scheduling {

namespace {

constexpr std::int64_t kLotsPerAnswer = 100;
constexpr std::size_t kOrdersPerAnswer = 100;

using dispatch::Book;
using dispatch::Lot;
using wire::Message;

Message error(std::string_view text) {
  Message answer;
  answer.set("error", text);
  return answer;
}

void describe(const Book& book, const Lot& lot, Message& row) {
  row.set("lot", lot.id).set("product", stations::to_string(lot.product));
  row.set("state", dispatch::to_string(lot.state)).set("step", int{lot.step});
  row.set("steps_done", static_cast<std::int64_t>(lot.history.size()));
  row.set("area", stations::to_string(lot.area)).set("released_ms", lot.released_ms);
  row.set("since_ms", lot.since_ms);
  const auto order = book.orders.find(lot.order);
  if (order != book.orders.end()) row.set("station", order->second.station);
  if (dispatch::is_over(lot.state)) row.set("finished_ms", lot.finished_ms);
  if (!lot.hold_reason.empty()) row.set("hold_reason", lot.hold_reason);
}

Message lots(const Book& book, const Message& question) {
  const std::string state = question.text("state");
  if (!state.empty() && !dispatch::parse_lot_state(state)) {
    return error(
        fmt::format("no lot state '{}'; allowed: awaiting-move, moving, waiting, "
                    "reserved, processing, held, finished, cancelled",
                    state));
  }
  std::vector<const Lot*> matching;
  for (const auto* part : {&book.active, &book.past}) {
    for (const auto& [name, lot] : *part) {
      if (state.empty() || dispatch::to_string(lot.state) == state) matching.push_back(&lot);
    }
  }
  std::sort(matching.begin(), matching.end(),
            [](const Lot* left, const Lot* right) { return left->serial < right->serial; });
  const auto limit = static_cast<std::size_t>(
      std::clamp<std::int64_t>(question.integer("limit", kLotsPerAnswer), 1, kLotsPerAnswer));
  auto at = static_cast<std::size_t>(std::max<std::int64_t>(0, question.integer("offset")));
  Message::List rows;
  for (; at < matching.size() && rows.size() < limit; ++at) {
    Message row;
    describe(book, *matching[at], row);
    rows.push_back(std::move(row));
  }
  Message answer;
  answer.set("total", static_cast<std::int64_t>(matching.size())).set("lots", std::move(rows));
  return answer;
}

Message lot_detail(const SchedulingState& state, const Message& question, bool whole) {
  const Book& book = state.book().book();
  const std::string name = question.text("lot");
  const Lot* const lot = book.lot(name);
  if (lot == nullptr) return error(fmt::format("no lot '{}'", name));
  Message answer;
  answer.set("lot", lot->id).set("why", dispatch::why(book, *lot));
  if (!whole) return answer;
  describe(book, *lot, answer);
  Message::List history;
  for (const dispatch::StepRecord& record : lot->history) {
    Message row;
    row.set("step", int{record.step}).set("station", record.station);
    row.set("order", record.order).set("key", state.key_of(record.order));
    row.set("started_ms", record.started_ms).set("completed_ms", record.completed_ms);
    row.set("short_batch", record.short_batch);
    history.push_back(std::move(row));
  }
  answer.set("history", std::move(history));
  return answer;
}

Message report(const Book& book) {
  const dispatch::PlantReport report = dispatch::report_of(book);
  Message answer;
  answer.set("planned", report.planned).set("released", report.released);
  answer.set("finished", report.finished).set("cancelled", report.cancelled);
  answer.set("held", report.held).set("in_progress", report.in_progress);
  answer.set("short_batches", report.short_batches);
  answer.set("mean_cycle_time_ms", report.mean_cycle_ms);
  answer.set("longest_cycle_time_ms", report.longest_cycle_ms);
  answer.set("duplicates_refused", report.duplicates_refused);
  answer.set("results_repeated", report.results_repeated);
  answer.set("orders_done", report.orders_done).set("orders_failed", report.orders_failed);
  answer.set("from_ms", report.from_ms).set("to_ms", report.to_ms);
  Message::List rows;
  for (const dispatch::StationReport& station : report.stations) {
    Message row;
    row.set("station", station.station).set("kind", stations::to_string(station.kind));
    row.set("jobs", station.jobs).set("busy_ms", station.busy_ms);
    row.set("utilisation", station.utilisation);
    rows.push_back(std::move(row));
  }
  answer.set("stations", std::move(rows));
  return answer;
}

Message station_list(const Book& book) {
  Message::List rows;
  for (const dispatch::BookStation& station : book.stations) {
    Message row;
    row.set("station", station.spec.name).set("kind", stations::to_string(station.spec.kind));
    row.set("area", stations::to_string(station.spec.kind == stations::StationKind::kTransporter
                                            ? station.position
                                            : stations::station_model(station.spec.kind).area));
    const auto order = book.orders.find(station.order);
    row.set("state", order == book.orders.end() ? "idle" : "busy");
    if (order != book.orders.end()) {
      row.set("order", order->second.id).set("step", int{order->second.step});
      row.set("lots", station_service::to_lots(order->second.lots));
      row.set("product", order->second.product).set("since_ms", order->second.created_ms);
    }
    row.set("waiting", static_cast<std::int64_t>(dispatch::waiting_for(book, station)));
    rows.push_back(std::move(row));
  }
  Message answer;
  answer.set("stations", std::move(rows));
  return answer;
}

Message order_list(const SchedulingState& state) {
  Message::List rows;
  for (const auto& [number, order] : state.book().book().orders) {
    if (rows.size() == kOrdersPerAnswer) break;
    Message row;
    row.set("order", number).set("key", state.key_of(number));
    row.set("kind", dispatch::to_string(order.kind)).set("station", order.station);
    row.set("step", int{order.step}).set("lots", station_service::to_lots(order.lots));
    row.set("since_ms", order.created_ms).set("started", order.started);
    rows.push_back(std::move(row));
  }
  Message answer;
  answer.set("orders", std::move(rows));
  return answer;
}

}  // namespace

Message answer_from(const SchedulingState& state, const Message& question) {
  const Book& book = state.book().book();
  const std::string what = question.text("question");
  if (what == "lots") return lots(book, question);
  if (what == "lot") return lot_detail(state, question, true);
  if (what == "why") return lot_detail(state, question, false);
  if (what == "report") return report(book);
  if (what == "stations") return station_list(book);
  if (what == "orders") return order_list(state);
  return error(fmt::format(
      "no question '{}'; allowed: lots, lot, why, report, stations, orders, state", what));
}

Message accepted(const dispatch::Applied& applied) {
  Message answer;
  answer.set("ok", true);
  if (applied.planned > 0) {
    answer.set("lots", std::int64_t{applied.planned});
  } else if (!applied.released.empty()) {
    answer.set("lots", station_service::to_lots(applied.released));
  }
  return answer;
}

}  // namespace cohort::services::scheduling
