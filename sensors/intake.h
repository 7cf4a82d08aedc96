/// Takes readings as they come from the stations, checks them, and hands them to the store; keeps
/// account of what was refused and of the stretches in which nothing could be received.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "platform/base/result.h"
#include "sensors/reading.h"
#include "sensors/store.h"

namespace cohort::sensors {

/// Single-threaded. Readings that the store holds from an earlier life of this program count as
/// "before": a gap is recorded from the last of them to the first new one.
class Intake {
 public:
  /// Requires: the store outlives the intake.
  explicit Intake(Store& store);

  void connected(const std::string& station);
  void disconnected(const std::string& station);
  bool is_connected(const std::string& station) const { return connected_.contains(station); }

  /// `received` is this host's clock, only to count clocks that run ahead; such readings are kept.
  /// Errors: kInvalidArgument and kLimit (the reading is refused and counted; go on), kIo (the
  /// store is broken: stop).
  Result<void> receive(const SensorInfo& info, const Reading& reading, WallTime received);

  struct Counters {
    std::uint64_t received = 0;
    std::uint64_t refused = 0;  ///< not stored: malformed, or one sensor too many
    std::uint64_t bad = 0;      ///< stored without a usable value
    std::uint64_t ahead = 0;    ///< stored, but stamped later than limits::kAheadNs from now
    std::uint64_t dropped = 0;  ///< the store's queue was full
    std::uint64_t late = 0;     ///< stored, but older than a reading that came before it
  };
  const Counters& counters() const { return counters_; }

 private:
  struct Stream {
    SensorId id;
    SensorInfo info;
    std::optional<WallTime> newest;
    std::string interrupted;  ///< why readings may be missing since `newest`; empty: none can be
  };
  Result<Stream*> stream(const SensorInfo& info);
  Result<void> store_reading(Stream& stream, const Reading& reading);

  Store& store_;
  std::map<std::string, Stream> streams_;
  std::set<std::string> connected_;
  Counters counters_;
};

}  // namespace cohort::sensors
