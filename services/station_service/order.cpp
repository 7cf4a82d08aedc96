#include "services/station_service/order.h"

#include <fmt/format.h>

#include "platform/base/limits.h"
#include "services/station_service/protocol.h"

namespace cohort::services::station_service {

namespace {
Result<Order> wrong(std::string_view field, std::string_view allowed) {
  return make_error(Errc::kInvalidArgument,
                    fmt::format("order field '{}' is wrong; allowed: {}", field, allowed));
}
bool is_name(const std::string& text) {
  return !text.empty() && text.size() <= limits::kNameBytes;
}
}  // namespace

Result<Order> order_of(const wire::Message& message) {
  Order order;
  if (message.integer("order") <= 0) return wrong("order", "a number from 1");
  order.number = static_cast<std::uint64_t>(message.integer("order"));
  order.key = message.text("key");
  if (!is_name(order.key)) return wrong("key", "1 to 64 bytes");
  order.kind = message.text("kind");
  if (order.kind != "step" && order.kind != "move") return wrong("kind", "step, move");
  order.station = message.text("station");
  if (!is_name(order.station)) return wrong("station", "1 to 64 bytes");
  const std::int64_t step = message.integer("step");
  if (step < 1 || step > stations::kOutLeg) return wrong("step", "1 to 7");
  order.step = static_cast<std::uint8_t>(step);
  order.product = message.text("product");
  order.lots = lots_of(message);
  if (order.lots.empty() || order.lots.size() > kLotsPerOrder) return wrong("lots", "1 to 16");
  for (const std::string& lot : order.lots) {
    if (!is_name(lot)) return wrong("lots", "names of 1 to 64 bytes");
  }
  order.from = message.text("from");
  order.to = message.text("to");
  order.recipe = message.text("recipe");
  order.tell_start = message.flag("tell_start");
  return order;
}

wire::Message to_message(const Order& order) {
  wire::Message message;
  describe(order, message);
  message.set("product", order.product).set("recipe", order.recipe);
  if (order.kind == "move") message.set("from", order.from).set("to", order.to);
  message.set("tell_start", order.tell_start);
  return message;
}

void describe(const Order& order, wire::Message& body) {
  body.set("order", order.number).set("key", order.key).set("kind", order.kind);
  body.set("station", order.station).set("step", int{order.step});
  body.set("lots", to_lots(order.lots));
}

stations::Job job_of(const Order& order) {
  stations::Job job;
  job.key = order.key;
  job.station = order.station;
  job.step = order.step;
  job.lots = order.lots;
  job.product = order.product;
  job.recipe = order.recipe;
  job.from = order.from;
  job.to = order.to;
  return job;
}

void encode(const Order& order, wire::Encoder& out) {
  out.varint(order.number);
  out.text(order.key);
  out.text(order.kind);
  out.text(order.station);
  out.u8(order.step);
  out.text(order.product);
  out.varint(order.lots.size());
  for (const std::string& lot : order.lots) out.text(lot);
  out.text(order.from);
  out.text(order.to);
  out.text(order.recipe);
  out.boolean(order.tell_start);
}

Order decode_order(wire::Decoder& in) {
  Order order;
  order.number = in.varint();
  order.key = in.text(limits::kNameBytes);
  order.kind = in.text(limits::kNameBytes);
  order.station = in.text(limits::kNameBytes);
  order.step = in.u8();
  order.product = in.text(limits::kNameBytes);
  const std::size_t lots = in.count(kLotsPerOrder);
  for (std::size_t i = 0; i < lots; ++i) order.lots.push_back(in.text(limits::kNameBytes));
  order.from = in.text(limits::kNameBytes);
  order.to = in.text(limits::kNameBytes);
  order.recipe = in.text(limits::kTextBytes);
  order.tell_start = in.boolean();
  return order;
}

}  // namespace cohort::services::station_service
