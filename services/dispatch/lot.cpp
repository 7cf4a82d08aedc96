#include "services/dispatch/lot.h"

#include <algorithm>
#include <array>

namespace cohort::services::dispatch {
namespace {

constexpr std::array<std::string_view, kLotStates> kStateNames{
    "awaiting-move", "moving", "waiting",  "reserved",
    "processing",    "held",   "finished", "cancelled"};
constexpr std::array<std::string_view, kLotEvents> kEventNames{
    "move ordered", "moved",         "moved out",       "step ordered", "step started",
    "step done",    "never started", "outcome unknown", "hold",         "cancel"};

struct Transition {
  LotState from;
  LotEvent event;
  LotState to;
};

constexpr std::array kTransitions{
    Transition{LotState::kAwaitingMove, LotEvent::kMoveOrdered, LotState::kMoving},
    Transition{LotState::kAwaitingMove, LotEvent::kHold, LotState::kHeld},
    Transition{LotState::kAwaitingMove, LotEvent::kCancel, LotState::kCancelled},
    Transition{LotState::kMoving, LotEvent::kMoved, LotState::kWaiting},
    Transition{LotState::kMoving, LotEvent::kMovedOut, LotState::kFinished},
    Transition{LotState::kMoving, LotEvent::kNeverStarted, LotState::kAwaitingMove},
    Transition{LotState::kMoving, LotEvent::kOutcomeUnknown, LotState::kHeld},
    Transition{LotState::kWaiting, LotEvent::kStepOrdered, LotState::kReserved},
    Transition{LotState::kWaiting, LotEvent::kHold, LotState::kHeld},
    Transition{LotState::kWaiting, LotEvent::kCancel, LotState::kCancelled},
    Transition{LotState::kReserved, LotEvent::kStepStarted, LotState::kProcessing},
    Transition{LotState::kReserved, LotEvent::kStepDone, LotState::kAwaitingMove},
    Transition{LotState::kReserved, LotEvent::kNeverStarted, LotState::kWaiting},
    Transition{LotState::kReserved, LotEvent::kOutcomeUnknown, LotState::kHeld},
    Transition{LotState::kProcessing, LotEvent::kStepDone, LotState::kAwaitingMove},
    Transition{LotState::kProcessing, LotEvent::kOutcomeUnknown, LotState::kHeld},
    Transition{LotState::kHeld, LotEvent::kCancel, LotState::kCancelled},
};

}  // namespace

std::string_view to_string(LotState state) {
  return kStateNames.at(static_cast<std::size_t>(state));
}
std::string_view to_string(LotEvent event) {
  return kEventNames.at(static_cast<std::size_t>(event));
}

std::optional<LotState> parse_lot_state(std::string_view text) {
  const auto found = std::find(kStateNames.begin(), kStateNames.end(), text);
  if (found == kStateNames.end()) return std::nullopt;
  return static_cast<LotState>(found - kStateNames.begin());
}

std::optional<LotState> next_state(LotState state, LotEvent event) {
  for (const Transition& transition : kTransitions) {
    if (transition.from == state && transition.event == event) return transition.to;
  }
  return std::nullopt;
}

}  // namespace cohort::services::dispatch
