#include "console/models/shell_state.h"

#include <QCoreApplication>

namespace cohort::console {

namespace {

constexpr int kMissedPeriodsBeforeStale = 3;

QString inContext(const char* text) {
  return QCoreApplication::translate("ShellState", text);
}

}  // namespace

ShellState shellStateOf(const PlantState& state, qint64 nowMs) {
  if (!state.linked) return ShellState::kOffline;
  if (!state.serving) return ShellState::kBlocked;
  const qint64 silence = nowMs - state.heardMs;
  return silence > qint64{kMissedPeriodsBeforeStale} * state.plant.periodMs ? ShellState::kStale
                                                                            : ShellState::kLive;
}

QString shellWord(ShellState state) {
  switch (state) {
    case ShellState::kLive:
      return inContext("LIVE");
    case ShellState::kStale:
      return inContext("STALE");
    case ShellState::kOffline:
      return inContext("OFFLINE");
    case ShellState::kBlocked:
      return inContext("BLOCKED");
  }
  return {};
}

QString commandsRefused(const PlantState& state, ShellState shell) {
  if (shell == ShellState::kOffline) {
    return inContext("Not connected: commands are disabled until the daemon answers again.");
  }
  if (shell == ShellState::kBlocked) {
    return inContext("The site has no quorum: nothing can be commanded until it serves again.");
  }
  if (state.recorded) return inContext("This is a recording: there is no plant to command.");
  if (shell == ShellState::kStale) {
    return inContext("The plant was not heard lately: wait until it is live again.");
  }
  return {};
}

}  // namespace cohort::console
