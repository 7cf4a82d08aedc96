#include "platform/base/heap_trim.h"

#include <malloc.h>

#include <algorithm>

namespace cohort {

namespace {
/// Inputs in a second below which nothing grows that would be worth giving back.
constexpr std::size_t kTraffic = 500;
constexpr std::size_t kQuietPart = 10;
}  // namespace

void HeapTrim::after_turn(MonotonicTime now, std::size_t inputs) {
  this_second_ += inputs;
  if (now < second_ends_) return;
  busiest_ = std::max(busiest_, this_second_);
  const bool over = busiest_ >= kTraffic && this_second_ * kQuietPart < busiest_;
  second_ends_ = now + seconds(1);
  this_second_ = 0;
  if (!over) return;
  busiest_ = 0;
  trim_();
}

bool HeapTrim::rests() const {
  return std::max(busiest_, this_second_) < kTraffic;
}

void keep_freed_memory() {
  ::mallopt(M_MMAP_THRESHOLD, 2 * static_cast<int>(limits::kPayloadBytes));
  ::mallopt(M_TRIM_THRESHOLD, static_cast<int>(kFreedBytesKept));
}

void release_free_memory() {
  ::malloc_trim(0);
}

}  // namespace cohort
