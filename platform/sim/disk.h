/// The disk of one simulated host, as the daemon's store sees it: records that are durable, and
/// records that are being written.
///
/// The store writes whole records behind a checksum, so a torn record is found and dropped at the
/// next start. A daemon that dies leaves some first part of what it was writing; a failed fsync
/// drops all of it; a disk that is full takes nothing.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "platform/base/time.h"
#include "platform/core/effect.h"
#include "platform/core/input.h"

namespace cohort::sim {

/// The records of each group's log, in the order of writing.
using GroupLogs = std::map<std::string, std::vector<Bytes>>;

class Disk {
 public:
  using Write = std::variant<core::StoreWrite, core::LogWrite>;
  enum class Mode : std::uint8_t {
    kWell,
    kStalled,  ///< writes begin and do not end
    kFailing,  ///< the next fsync fails
    kFull,     ///< the next write fails
  };

  /// When the write ends; none: it fails, and nothing that was under way is kept.
  std::optional<Duration> begin(Write write, Duration now, std::uint64_t decision);
  /// The oldest write under way has come to its end: the word of it, or none while the disk is
  /// stalled.
  std::optional<core::Input> finish();
  /// The daemon dies: of what is under way some first part stays.
  void crash(std::uint64_t decision, bool power);

  /// Returns how many writes that should have ended long ago are to be finished now.
  std::size_t set(Mode mode, Duration latency);
  /// A daemon can start: its incarnation can be made durable.
  bool can_start() const { return mode_ == Mode::kWell || mode_ == Mode::kStalled; }
  const std::vector<Bytes>& records() const { return records_; }
  const GroupLogs& logs() const { return logs_; }

 private:
  void keep(Write write);

  Mode mode_ = Mode::kWell;
  Duration latency_{0};  ///< 0: the usual
  std::vector<Bytes> records_;
  GroupLogs logs_;
  std::deque<Write> pending_;
  Duration done_at_{0};
  std::size_t overdue_ = 0;
};

}  // namespace cohort::sim
