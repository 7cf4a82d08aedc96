#include "platform/net/later_release.h"

#include <utility>

#include "platform/base/assert.h"

namespace cohort::net {

LaterRelease::LaterRelease(Runtime& runtime, Duration delay, std::size_t most)
    : delay_(delay), most_(most), alarm_(runtime, [this] { release_now(); }) {
  COHORT_ASSERT(most_ > 0, "something may wait");
}

LaterRelease::~LaterRelease() {
  release_now();
}

void LaterRelease::add(std::move_only_function<void()> release) {
  if (waiting_.size() == most_) release_now();
  waiting_.push_back(std::move(release));
  if (waiting_.size() == 1) alarm_.set_in(delay_);
}

void LaterRelease::release_now() {
  for (auto& release : std::exchange(waiting_, {})) release();
}

}  // namespace cohort::net
