/// Gives memory back a little later: what is urgent, such as telling others of a death, comes
/// before the milliseconds that unmapping takes. Never holds more than it was told to.
#pragma once

#include <functional>
#include <vector>

#include "platform/net/runtime.h"

namespace cohort::net {

class LaterRelease {
 public:
  /// Requires: `most` > 0.
  LaterRelease(Runtime& runtime, Duration delay, std::size_t most);
  ~LaterRelease();

  /// Calls `release` from the loop, not before `delay` has passed; where `most` wait already, those
  /// are called now. Whatever still waits when this object ends is called then.
  void add(std::move_only_function<void()> release);
  std::size_t waiting() const { return waiting_.size(); }
  /// Calls whatever waits.
  void release_now();

 private:
  Duration delay_;
  std::size_t most_;
  std::vector<std::move_only_function<void()>> waiting_;
  Alarm alarm_;
};

}  // namespace cohort::net
