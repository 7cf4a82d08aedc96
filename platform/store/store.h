/// Stable storage as its users see it: a log of records that survive a crash once their append has
/// been reported done (docs/formats/store.md). In memory for the simulator and tests, SQLite for
/// real. Single-threaded towards its user.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "platform/base/bytes.h"
#include "platform/base/result.h"

namespace cohort::store {

class Store {
 public:
  using Done = std::function<void(Result<void>)>;

  virtual ~Store() = default;

  /// Every record that was ever reported done, and possibly later ones, oldest first.
  /// Errors: kCorrupt (a record in the middle is damaged or missing: stop, do not go on), kIo.
  /// Blocks: for the disk; call it before the protocols start.
  virtual Result<std::vector<Bytes>> read_all() = 0;

  /// Appends a record; `done` is called in the user's loop, never from inside append(), once the
  /// record is durable, in the order of the appends. After a failure nothing is durable any more:
  /// every later append fails too, and the user must stop (fail-stop, platform ruling 11).
  /// Errors (to `done`): kIo, kLimit (record beyond limits::kSnapshotFrameBytes). Blocks: never.
  virtual void append(Bytes record, Done done) = 0;

  /// Replaces all records by these in one atomic step, ordered with the appends before and after it
  /// (a checkpoint). `done` as for append.
  virtual void replace_all(std::vector<Bytes> records, Done done) = 0;

  /// Appends a record to a named log of its own; ordered and reported as append() is.
  virtual void append_to(const std::string& log, Bytes record, Done done) = 0;
  /// All records of a named log, oldest first. Errors and blocking: as read_all.
  virtual Result<std::vector<Bytes>> read_log(const std::string& log) = 0;
};

}  // namespace cohort::store
