/// Counts what is under way, so that a shutdown can wait for it and let nothing new begin.
#pragma once

#include <cstddef>
#include <utility>

#include "platform/base/assert.h"
#include "platform/task/event.h"

namespace cohort::task {

/// Requires: outlives its passes.
class Gate {
 public:
  explicit Gate(Scheduler& scheduler) : empty_(scheduler) { empty_.set(); }

  /// Held as long as the work lasts; not inside where the gate was closed already.
  class Pass {
   public:
    Pass() = default;
    explicit Pass(Gate& gate) : gate_(&gate) {}
    Pass(Pass&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
    Pass& operator=(Pass&&) = delete;
    ~Pass() {
      if (gate_ != nullptr) gate_->leave();
    }
    explicit operator bool() const { return gate_ != nullptr; }

   private:
    Gate* gate_ = nullptr;
  };

  [[nodiscard]] Pass enter() {
    if (closed_) return {};
    if (inside_++ == 0) empty_.reset();
    return Pass(*this);
  }
  std::size_t inside() const { return inside_; }
  void close() { closed_ = true; }
  /// Waits until nobody is inside.
  Event::Wait wait_empty() const { return empty_.wait(); }

 private:
  void leave() {
    COHORT_ASSERT(inside_ > 0, "who leaves has entered");
    if (--inside_ == 0) empty_.set();
  }
  Event empty_;
  std::size_t inside_ = 0;
  bool closed_ = false;
};

}  // namespace cohort::task
