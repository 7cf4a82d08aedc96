/// The whole replicated state of scheduling: the plant's book, its place in the log, the plant
/// clock, and, after a start, the comparison of the members' logs (docs/protocol/scheduling.md).
/// Pure; changed by the same calls in the same order at all members.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "platform/base/bytes.h"
#include "platform/base/ids.h"
#include "platform/base/result.h"
#include "platform/base/time.h"
#include "services/dispatch/plant_book.h"
#include "stations/plant_clock.h"

namespace cohort::services::scheduling {

/// How far a log goes: the life that wrote it (a life begins when a group opens), then the commands
/// applied. The greater one has seen more.
struct LogPosition {
  std::uint64_t life = 0;
  std::uint64_t position = 0;
  auto operator<=>(const LogPosition&) const = default;
};

class SchedulingState {
 public:
  static constexpr std::size_t kLives = 1000;
  static constexpr std::size_t kSnapshotBytes = 64 * 1024 * 1024;
  static constexpr std::size_t kOfferPartBytes = 32 * 1024;

  explicit SchedulingState(dispatch::PlantBook empty);

  // ---- after a start: the longest log wins
  void report(ProcessId member, LogPosition stored);
  void member_gone(ProcessId member);
  const std::map<ProcessId, LogPosition>& reports() const { return reports_; }
  /// Whose log is to be offered; none: nobody's yet.
  ProcessId donor() const { return donor_; }
  void elect(ProcessId donor);
  /// Takes one part of the donor's snapshot, in their order. True when the whole was taken over.
  /// Errors: kRefused (not the donor, not the next part), kMalformed, kCorrupt.
  Result<bool> offer(ProcessId sender, std::uint64_t part, std::uint64_t parts, ByteView bytes);
  /// True once the donor's log has been taken over.
  bool adopted() const { return adopted_; }
  /// The group serves from now on; the plant clock goes on from the book's time.
  void open(WallTime wall, double clock_factor);
  bool is_open() const { return open_; }

  // ---- the book
  /// Counts the command, also where it is refused: its place in the log is taken.
  dispatch::Applied apply(const dispatch::Command& command, dispatch::PlantTime at_ms);
  const dispatch::PlantBook& book() const { return book_; }
  LogPosition position() const { return position_; }
  const stations::PlantClock& clock() const { return clock_; }
  /// Unique in the plant and the same for ever: the life that created the order, and its number.
  std::string key_of(std::uint64_t order) const;

  // ---- as bytes
  /// Everything, for a joiner.
  Bytes encode() const;
  Result<void> decode(ByteView bytes);
  /// The book and its place in the log, for the disk and for an offer.
  Bytes encode_snapshot() const;
  Result<void> decode_snapshot(ByteView bytes);

 private:
  dispatch::PlantBook book_;
  LogPosition position_;
  std::map<std::uint64_t, std::uint64_t> lives_;  ///< first order created in it -> life
  bool open_ = false;
  stations::PlantClock clock_{WallTime{}, 0, 1};
  WallTime opened_;
  dispatch::PlantTime opened_at_ms_ = 0;
  std::map<ProcessId, LogPosition> reports_;
  ProcessId donor_;
  Bytes offered_;
  std::uint64_t parts_taken_ = 0;
  bool adopted_ = false;
};

}  // namespace cohort::services::scheduling
