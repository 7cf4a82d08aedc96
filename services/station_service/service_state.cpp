// How a station service's replicated table changes and what is read from it.
#include <fmt/format.h>

#include <algorithm>

#include "services/news/protocol.h"
#include "services/station_service/protocol.h"
#include "services/station_service/service.h"

namespace cohort::services::station_service {

namespace {

constexpr std::size_t kTakeoversPerAnswer = 100;
constexpr std::size_t kRunningPerAnswer = 100;

client::Message describe_takeover(const Takeover& takeover) {
  client::Message row;
  describe(takeover.order, row);
  row.set("view", takeover.view).set("from", takeover.from).set("to", takeover.to);
  row.set("from_site", int{takeover.from.site().value});
  row.set("to_site", int{takeover.to.site().value});
  return row;
}

client::Message error(std::string_view text) {
  client::Message answer;
  answer.set("ok", false).set("error", text);
  return answer;
}

}  // namespace

void StationService::apply_result(const client::Delivery& request, const client::Message& result) {
  const Result<Order> order = order_of(request.message);
  if (!order) return;
  const bool first = table_.done(*order, result);
  acting_.erase(order->key);
  moved_.pulse();
  const bool mine = result.process("coordinator") == member_.process().id();
  if (first && mine && result.integer("duplicates_refused") > 0) {
    client::Message body;
    body.set("service", options_.member.service);
    describe(*order, body);
    member_.post(news::kDuplicateRefused, std::move(body));
  }
  if (table_.claim(kAfterReply) && mine && options_.drills) post_drill(kAfterReply, *order);
}

void StationService::apply_takeover(const client::Delivery& request, ProcessId failed,
                                    ProcessId successor, std::uint64_t view) {
  const Result<Order> order = order_of(request.message);
  if (!order) return;
  table_.taken_over(*order, view, failed, successor);
  moved_.pulse();
  if (successor != member_.process().id()) return;
  client::Message body = describe_takeover(Takeover{*order, view, failed, successor});
  body.set("service", options_.member.service);
  member_.post(news::kTakeover, std::move(body));
}

client::Message StationService::apply_change(const client::Delivery& delivery) {
  const std::string change = delivery.message.text("change");
  client::Message answer;
  answer.set("ok", true);
  if (change == "begun") {
    const Result<Order> order = order_of(delivery.message);
    if (!order) return error(order.error().text);
    table_.begun(*order, delivery.sender);
    moved_.pulse();
  } else if (change == "claim") {
    answer.set("granted", table_.claim(delivery.message.text("phase")));
  } else if (change == "drill") {
    const std::string phase = delivery.message.text("phase");
    if (phase != "none" && !is_phase(phase)) {
      return error(fmt::format("no phase '{}'; allowed: {}, {}, {}, {}, none", phase, kBeforeAct,
                               kAfterStart, kAfterCompletion, kAfterReply));
    }
    table_.arm(phase == "none" ? std::string{} : phase);
    answer.set("armed", options_.drills);
  } else {
    return error(fmt::format("no change '{}'; allowed: drill", change));
  }
  return answer;
}

client::Message StationService::answer(const client::Message& question) const {
  const std::string what = question.text("question");
  client::Message answer;
  if (what == "summary") {
    answer.set("orders_running", static_cast<std::int64_t>(table_.running().size()));
    answer.set("orders_done", table_.done_count()).set("takeovers", table_.takeover_count());
    answer.set("duplicates_refused", table_.duplicates_refused());
    answer.set("drill", table_.drill().empty() ? "none" : table_.drill());
  } else if (what == "running") {
    client::Message::List orders;
    for (const OrderRow* const row : table_.running()) {
      if (orders.size() == kRunningPerAnswer) break;
      client::Message entry;
      describe(row->order, entry);
      entry.set("coordinator", row->coordinator);
      entry.set("coordinator_site", int{row->coordinator.site().value});
      entry.set("takeovers", std::int64_t{row->takeovers});
      orders.push_back(std::move(entry));
    }
    answer.set("orders", std::move(orders));
  } else if (what == "takeovers") {
    client::Message::List rows;
    auto at = static_cast<std::size_t>(std::max<std::int64_t>(0, question.integer("offset")));
    for (; at < table_.takeovers().size() && rows.size() < kTakeoversPerAnswer; ++at) {
      rows.push_back(describe_takeover(table_.takeovers()[at]));
    }
    answer.set("total", static_cast<std::int64_t>(table_.takeovers().size()));
    answer.set("takeovers", std::move(rows));
  } else {
    return error(fmt::format("no question '{}'; allowed: summary, running, takeovers", what));
  }
  return answer;
}

void StationService::post_drill(std::string_view phase, const Order& order) {
  client::Message body;
  body.set("service", options_.member.service).set("phase", phase);
  body.set("unix_pid", options_.member.unix_pid);
  body.set("site", int{options_.member.site.value}).set("process", member_.process().id());
  describe(order, body);
  member_.post(news::kDrillReached, std::move(body));
  member_.log(fmt::format("drill: order {} stands still at {}", order.key, phase));
}

}  // namespace cohort::services::station_service
