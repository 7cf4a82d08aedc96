/// A site whose life is over starts again as a new incarnation: the program replaces itself, so
/// that nothing of the old life is left, neither memory nor connections.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "platform/base/time.h"

namespace cohort::daemon {

inline constexpr std::size_t kRestartsMost = 5;
inline constexpr Duration kRestartWindow = seconds(30);
inline constexpr Duration kRestartDelay = millis(100);  ///< before the n-th in the window: n times

/// The moments of the restarts that this program made of itself, handed on from life to life.
class RestartHistory {
 public:
  /// From what the life before left in the environment; nothing there: none yet.
  static RestartHistory from_environment();
  /// Text form: milliseconds of the monotonic clock, separated by commas. What is no number is left
  /// out.
  static RestartHistory parse(std::string_view text);
  std::string to_text() const;

  /// Notes a restart now. Returns how long to wait before it, or nothing where there were
  /// kRestartsMost within kRestartWindow: then give up.
  std::optional<Duration> note(MonotonicTime now);

 private:
  std::vector<MonotonicTime> restarts_;
};

/// Replaces this program by itself with the same arguments; open files and sockets close with it.
/// Returns only where that fails, with the reason.
std::string start_again(char** argv, const RestartHistory& history);

}  // namespace cohort::daemon
