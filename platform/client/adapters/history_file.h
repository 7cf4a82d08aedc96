/// The history of one process life as a text file, one line a record (docs/formats/history.md).
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "platform/base/result.h"
#include "platform/base/time.h"
#include "platform/wire/history.h"

namespace cohort::client {

/// Ensures: a record of a send is with the kernel before add() returns, so that no process ever
/// knows of a multicast that its killed sender's history lacks; others wait for flush(). Nothing is
/// forced to the disk: a history outlives its process, not its host.
class HistoryFile {
 public:
  HistoryFile(std::filesystem::path folder, std::string program);
  ~HistoryFile();
  HistoryFile(const HistoryFile&) = delete;
  HistoryFile& operator=(const HistoryFile&) = delete;

  /// The first record names the process, and so the file: PROGRAM-SITE.INCARNATION.COUNTER.history.
  /// A process that was never welcomed has no history: its records are left out.
  void add(const wire::HistoryRecord& record);
  void flush();
  /// The last record, kEnd, of a process that stops on purpose; nothing after a kEnd.
  void end(std::string_view why, MonotonicTime now);

  /// True while something waits for flush().
  bool waiting() const { return !buffer_.empty(); }

  /// Called once when a write failed; the history ends there.
  std::function<void(const std::string& why)> on_failure;

 private:
  void open(ProcessId process);
  void fail();

  std::filesystem::path folder_;
  std::string program_;
  std::string buffer_;
  wire::HistoryRecord last_;  ///< its process and number only
  int descriptor_ = -1;
  bool failed_ = false;
};

}  // namespace cohort::client
