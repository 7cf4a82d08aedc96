/// What clients (console, command line) ask the sensor store over the platform.
///
/// The store's one process is the member of group kGroup. Ask with one CBCAST that wants one reply:
///   tools::call(process, {.groups = {id}}, protocol::kWindow, to_message(question))
/// and decode the reply with the matching function. A question that is refused ends the call with
/// kRefused and the reason in words.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "platform/base/result.h"
#include "platform/wire/message.h"
#include "sensors/query.h"
#include "sensors/reading.h"

namespace cohort::sensors::protocol {

inline constexpr const char* kGroup = "sensors";

/// The entries of the group.
inline constexpr std::uint8_t kList = 16;      ///< ListQuestion -> ListAnswer
inline constexpr std::uint8_t kWindow = 17;    ///< WindowQuestion -> WindowAnswer
inline constexpr std::uint8_t kInterval = 18;  ///< IntervalQuestion -> IntervalAnswer

/// Sensors in order of their names, one page at a time.
struct ListQuestion {
  std::string after;  ///< only names behind this one; empty: from the start
};

struct ListedSensor {
  SensorInfo info;
  bool has_newest = false;
  Reading newest;          ///< where has_newest
  bool connected = false;  ///< its station's link is up now
  std::uint64_t readings = 0;
  std::uint64_t bad = 0;
  std::uint64_t duplicates = 0;
  bool operator==(const ListedSensor&) const = default;
};

/// Where `more`, ask again with `after` = the last name.
struct ListAnswer {
  std::vector<ListedSensor> sensors;
  bool more = false;
  bool operator==(const ListAnswer&) const = default;
};

/// Ensures: the encoded form of an answer within the limits of sensors/limits.h fits one multicast.
wire::Message to_message(const ListQuestion& question);
wire::Message to_message(const ListAnswer& answer);
wire::Message to_message(const WindowQuestion& question);
wire::Message to_message(const WindowAnswer& answer);
wire::Message to_message(const IntervalQuestion& question);
wire::Message to_message(const IntervalAnswer& answer);

/// Errors: kMalformed, kLimit.
Result<ListQuestion> list_question(const wire::Message& message);
Result<ListAnswer> list_answer(const wire::Message& message);
Result<WindowQuestion> window_question(const wire::Message& message);
Result<WindowAnswer> window_answer(const wire::Message& message);
Result<IntervalQuestion> interval_question(const wire::Message& message);
Result<IntervalAnswer> interval_answer(const wire::Message& message);

}  // namespace cohort::sensors::protocol
