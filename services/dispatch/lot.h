/// A lot and its state machine (docs/protocol/lot.md holds the same table).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stations/mini_fab.h"

namespace cohort::services::dispatch {

using stations::Area;
using stations::PlantTime;
using stations::Product;

enum class LotState : std::uint8_t {
  kAwaitingMove,  ///< in an area where it has nothing left to do
  kMoving,        ///< a transporter has the order
  kWaiting,       ///< in the area of its next step
  kReserved,      ///< a station has the order; not known to have started
  kProcessing,    ///< the station has started
  kHeld,          ///< nothing happens to it until the hold is released
  kFinished,
  kCancelled,
};
inline constexpr std::size_t kLotStates = 8;

enum class LotEvent : std::uint8_t {
  kMoveOrdered,
  kMoved,
  kMovedOut,
  kStepOrdered,
  kStepStarted,
  kStepDone,
  kNeverStarted,    ///< the order failed before anything happened
  kOutcomeUnknown,  ///< the order failed and something may have happened: a person decides
  kHold,
  kCancel,
};
inline constexpr std::size_t kLotEvents = 10;

/// "awaiting-move", "moving", "waiting", "reserved", "processing", "held", "finished", "cancelled".
std::string_view to_string(LotState state);
std::optional<LotState> parse_lot_state(std::string_view text);
std::string_view to_string(LotEvent event);

/// The state table; empty: the event is illegal in this state. A held lot goes back, on release, to
/// the state that it was held in (Lot::held_in), which is no event of the table.
std::optional<LotState> next_state(LotState state, LotEvent event);

/// One step that was done, once.
struct StepRecord {
  std::uint8_t step = 0;
  std::uint64_t order = 0;
  std::string station;
  PlantTime started_ms = 0;
  PlantTime completed_ms = 0;
  bool short_batch = false;
  bool operator==(const StepRecord&) const = default;
};

struct Lot {
  std::string id;
  std::uint64_t serial = 0;  ///< order of release: ties are broken by it
  Product product = Product::kPa;
  LotState state = LotState::kAwaitingMove;
  LotState held_in = LotState::kAwaitingMove;  ///< of a held lot: where it goes on
  std::string hold_reason;  ///< set on a lot with an order: it is held when the order is over
  std::uint8_t step = 1;    ///< the next one; kOutLeg after the last
  Area area = Area::kSource;
  std::uint64_t order = 0;  ///< outstanding; 0: none
  PlantTime since_ms = 0;   ///< when it entered its state
  PlantTime released_ms = 0;
  PlantTime finished_ms = 0;        ///< or cancelled
  std::vector<StepRecord> history;  ///< steps 1, 2, 3...: each once, in order
  bool operator==(const Lot&) const = default;
};

/// True while a station or transporter has an order for it.
inline bool is_ordered(LotState state) {
  return state == LotState::kMoving || state == LotState::kReserved ||
         state == LotState::kProcessing;
}
inline bool is_over(LotState state) {
  return state == LotState::kFinished || state == LotState::kCancelled;
}

}  // namespace cohort::services::dispatch
