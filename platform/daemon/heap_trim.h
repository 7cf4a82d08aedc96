/// Gives memory back to the host once a time of heavy traffic is over. The C library keeps what it
/// was given: a daemon through which a burst went would hold tens of megabytes for ever, of which
/// it uses a few.
#pragma once

#include <cstddef>
#include <functional>
#include <utility>

#include "platform/base/time.h"

namespace cohort::daemon {

class HeapTrim {
 public:
  /// `trim` does it (release_free_memory, or a test's own).
  explicit HeapTrim(std::function<void()> trim) : trim_(std::move(trim)) {}

  /// To be called after each turn with how many inputs it handled. Ensures: trims once after each
  /// time of traffic, in the first second in which less than a tenth of its busiest second comes;
  /// never while it lasts, since what is given back would be asked for again at once.
  void after_turn(MonotonicTime now, std::size_t inputs);

 private:
  std::function<void()> trim_;
  MonotonicTime second_ends_{};
  std::size_t this_second_ = 0;
  std::size_t busiest_ = 0;  ///< of the seconds since the last trim
};

/// Blocks: for some milliseconds where much is free.
void release_free_memory();

}  // namespace cohort::daemon
