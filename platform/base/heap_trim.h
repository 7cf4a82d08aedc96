/// Keeps freed memory while there is traffic, and gives it back to the host once that is over. By
/// itself the C library does neither well: a daemon through which a burst went would hold tens of
/// megabytes for ever, of which it uses a few; and a client of large messages would fetch the
/// memory of each anew, page by page, which costs it twice as much as the message.
#pragma once

#include <cstddef>
#include <functional>
#include <utility>

#include "platform/base/limits.h"
#include "platform/base/time.h"

namespace cohort {

class HeapTrim {
 public:
  /// `trim` does it (release_free_memory, or a test's own).
  explicit HeapTrim(std::function<void()> trim) : trim_(std::move(trim)) {}

  /// To be called after each turn with how many inputs it handled. Ensures: trims once after each
  /// time of traffic, in the first second in which less than a tenth of its busiest second comes;
  /// never while it lasts, since what is given back would be asked for again at once.
  void after_turn(MonotonicTime now, std::size_t inputs);
  /// No trim is due, however little comes from now on.
  bool rests() const;

 private:
  std::function<void()> trim_;
  MonotonicTime second_ends_{};
  std::size_t this_second_ = 0;
  std::size_t busiest_ = 0;  ///< of the seconds since the last trim
};

/// What is freed stays with the process up to kFreedBytesKept, of pieces as large as the largest
/// message, until release_free_memory(). For the whole process: to be called by its main.
void keep_freed_memory();
inline constexpr std::size_t kFreedBytesKept = 2 * limits::kLargeBytesPerOrigin;

/// Blocks: for some milliseconds where much is free.
void release_free_memory();

}  // namespace cohort
