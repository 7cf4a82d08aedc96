#include "platform/daemon/heap_trim.h"

#include <malloc.h>

#include <algorithm>

namespace cohort::daemon {

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

void release_free_memory() {
  ::malloc_trim(0);
}

}  // namespace cohort::daemon
