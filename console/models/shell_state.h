/// How much of what the window shows is true now. Every screen and the frame around it follow this
/// one answer.
#pragma once

#include "console/models/plant_state.h"

namespace cohort::console {

enum class ShellState {
  kLive,     ///< heard within three periods
  kStale,    ///< the session stands, but nothing was heard for three periods
  kOffline,  ///< no session with the site's daemon
  kBlocked,  ///< the daemon has no quorum: the plant here does not serve
};

/// `nowMs`: UTC, from the caller's clock.
ShellState shellStateOf(const PlantState& state, qint64 nowMs);
/// "live", "stale" and so on.
QString shellWord(ShellState state);
/// Empty where commands are allowed; else the reason in words.
QString commandsRefused(const PlantState& state, ShellState shell);

}  // namespace cohort::console
