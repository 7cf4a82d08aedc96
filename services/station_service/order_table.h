/// The replicated state of a station service: which order is where, who started it, who took it
/// over. Pure; changed by the same calls in the same order at all members
/// (docs/protocol/station-service.md).
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "platform/base/bytes.h"
#include "platform/base/ids.h"
#include "platform/base/result.h"
#include "platform/wire/message.h"
#include "services/station_service/order.h"

namespace cohort::services::station_service {

struct OrderRow {
  Order order;
  ProcessId coordinator;  ///< that acts; none: nobody yet, or it is gone
  std::uint32_t takeovers = 0;
  bool done = false;
  wire::Message result;  ///< where done
};

struct Takeover {
  Order order;
  std::uint64_t view = 0;
  ProcessId from;
  ProcessId to;
};

class OrderTable {
 public:
  /// Finished orders that are remembered by key; older ones the stations still remember.
  static constexpr std::size_t kDoneKept = 2000;
  static constexpr std::size_t kTakeoversKept = 1000;
  static constexpr std::size_t kRunningMost = 1000;

  /// A coordinator announces that it acts. The first one counts until it is gone: of several that
  /// got one order (it was sent again), one acts and the others wait for it. Nothing where the
  /// order is done.
  void begun(const Order& order, ProcessId coordinator);
  /// Who coordinated does so no more.
  void member_gone(ProcessId member);
  /// The order's result. True the first time: later results of the same key change nothing.
  bool done(const Order& order, const wire::Message& result);
  void taken_over(const Order& order, std::uint64_t view, ProcessId from, ProcessId to);

  /// Arms (or with an empty phase disarms) the drill.
  void arm(std::string phase) { drill_ = std::move(phase); }
  /// True for the first claim of the armed phase, which disarms it.
  bool claim(std::string_view phase);
  const std::string& drill() const { return drill_; }

  /// Null where the key is unknown.
  const OrderRow* find(const std::string& key) const;
  std::vector<const OrderRow*> running() const;
  const std::deque<Takeover>& takeovers() const { return takeovers_; }
  std::uint64_t done_count() const { return done_count_; }
  std::uint64_t takeover_count() const { return takeover_count_; }
  std::uint64_t duplicates_refused() const { return duplicates_refused_; }

  Bytes encode() const;
  Result<void> decode(ByteView bytes);

 private:
  std::map<std::string, OrderRow> rows_;  ///< by key
  std::deque<std::string> done_keys_;     ///< in the order of their ends
  std::deque<Takeover> takeovers_;
  std::string drill_;
  std::uint64_t done_count_ = 0;
  std::uint64_t takeover_count_ = 0;
  std::uint64_t duplicates_refused_ = 0;
};

}  // namespace cohort::services::station_service
