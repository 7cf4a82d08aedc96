/// An order as a station service understands it: one job at one station.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/bytes.h"
#include "platform/base/result.h"
#include "platform/wire/codec.h"
#include "platform/wire/message.h"
#include "stations/equipment.h"

namespace cohort::services::station_service {

struct Order {
  std::uint64_t number = 0;
  std::string key;
  std::string kind = "step";  ///< or "move"
  std::string station;
  std::uint8_t step = 0;
  std::string product;
  std::vector<std::string> lots;
  std::string from;  ///< moves only
  std::string to;
  std::string recipe;
  bool tell_start = false;  ///< the caller wants to hear of the start
  bool operator==(const Order&) const = default;
};

/// Lots of one order; more are refused.
inline constexpr std::size_t kLotsPerOrder = 16;

/// Errors: kInvalidArgument, naming the field.
Result<Order> order_of(const wire::Message& message);
/// The fields of protocol.h. Ensures: order_of(to_message(x)) == x for legal x.
wire::Message to_message(const Order& order);
/// Adds order, key, kind, station, step and lots to a posting or an answer.
void describe(const Order& order, wire::Message& body);

stations::Job job_of(const Order& order);

void encode(const Order& order, wire::Encoder& out);
Order decode_order(wire::Decoder& in);

}  // namespace cohort::services::station_service
