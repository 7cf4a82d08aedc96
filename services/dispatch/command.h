/// What can be said to the plant's book, and its encoding (docs/formats/plant-book.md). Commands
/// travel as ordered updates of the scheduling group and stand in its log.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "platform/base/bytes.h"
#include "platform/base/result.h"
#include "services/dispatch/lot.h"

namespace cohort::services::dispatch {

/// Lots enter the plant now. With a name: one lot of this name; otherwise `count` lots with the
/// product's next names ("Pa-052").
struct ReleaseLots {
  std::string product;
  std::uint32_t count = 1;
  std::string lot;
};
/// A week's lots ("week") are planned, spread as the model says.
struct ReleasePlan {
  std::string plan = "week";
  std::uint32_t lots_most = 0;  ///< only the first so many; 0: all
  PlantTime from_ms = 0;        ///< the first release; earlier than now: now
  std::uint64_t seed = 0;       ///< 0: evenly; other: each lot at random within its two hours
};
struct HoldLot {
  std::string lot;
  std::string reason;
};
struct ReleaseHold {
  std::string lot;
};
struct CancelLot {
  std::string lot;
  std::string reason;
};
struct SetPolicy {
  std::string policy;
};
/// The station began. Optional: shown to people, nothing depends on it.
struct OrderStarted {
  std::uint64_t order = 0;
};
struct OrderDone {
  std::uint64_t order = 0;
  PlantTime started_ms = 0;  ///< at the station
  PlantTime completed_ms = 0;
  std::uint32_t duplicates_refused = 0;  ///< by the station, of this order's starts
};
struct OrderFailed {
  std::uint64_t order = 0;
  /// True: nothing happened, the lots wait again. False: it may have, the lots are held.
  bool never_started = false;
  std::string reason;
};
/// Time passes: planned lots are released, paused stations get orders.
struct Tick {};

using Command = std::variant<ReleaseLots, ReleasePlan, HoldLot, ReleaseHold, CancelLot, SetPolicy,
                             OrderStarted, OrderDone, OrderFailed, Tick>;

Bytes encode_command(const Command& command);
/// Errors: kMalformed.
Result<Command> decode_command(ByteView bytes);

}  // namespace cohort::services::dispatch
