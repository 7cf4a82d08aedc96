/// The last protocol events of a daemon, kept in memory and written out when a person asks
/// (SIGUSR2), when a life ends in a fail-stop, and when an assertion fails.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "platform/base/time.h"

namespace cohort::daemon {

class TraceRing {
 public:
  /// Keeps the last limits::kTraceRing events. `path`: where dump() writes.
  explicit TraceRing(std::filesystem::path path);

  void add(MonotonicTime at, std::string text);

  /// Writes all kept events, oldest first, over what the file held. Returns false where it cannot
  /// be written.
  bool dump(std::string_view why) const;

  const std::filesystem::path& path() const { return path_; }

 private:
  struct Event {
    MonotonicTime at;
    std::string text;
  };
  std::filesystem::path path_;
  std::vector<Event> events_;
  std::size_t oldest_ = 0;
};

}  // namespace cohort::daemon
