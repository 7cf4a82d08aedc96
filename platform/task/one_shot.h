/// A value that arrives once and is awaited once: the answer to a request.
#pragma once

#include <coroutine>
#include <memory>
#include <optional>
#include <utility>

#include "platform/base/assert.h"
#include "platform/task/scheduler.h"

namespace cohort::task {

/// Copies share the value: one end keeps it to set, the other awaits.
template <typename T>
class OneShot {
  struct State {
    Scheduler* scheduler;
    std::optional<T> value;
    std::coroutine_handle<> waiter;
    std::uint64_t timer = 0;

    void wake() {
      if (timer != 0) scheduler->cancel(timer);
      timer = 0;
      if (waiter) scheduler->resume_later(std::exchange(waiter, nullptr));
    }
  };

  class WaitBase {
   public:
    WaitBase(std::shared_ptr<State> state, MonotonicTime deadline)
        : state_(std::move(state)), deadline_(deadline) {}
    WaitBase(const WaitBase&) = delete;
    WaitBase& operator=(const WaitBase&) = delete;
    ~WaitBase() {
      state_->waiter = nullptr;
      if (state_->timer != 0) state_->scheduler->cancel(std::exchange(state_->timer, 0));
    }
    bool await_ready() const { return state_->value.has_value(); }
    void await_suspend(std::coroutine_handle<> handle) {
      COHORT_ASSERT(!state_->waiter, "a one-shot has one waiter");
      state_->waiter = handle;
      if (deadline_ == kNever) return;
      State* const state = state_.get();  // outlives the timer: the destructor cancels it
      state_->timer = state->scheduler->call_at(deadline_, [state] {
        state->timer = 0;
        state->wake();
      });
    }

   protected:
    std::shared_ptr<State> state_;
    MonotonicTime deadline_;
  };

 public:
  explicit OneShot(Scheduler& scheduler)
      : state_(std::make_shared<State>(State{&scheduler, {}, {}, 0})) {}

  bool is_set() const { return state_->value.has_value(); }

  /// The waiter runs in a later turn. Requires: not set before.
  void set(T value) {
    COHORT_ASSERT(!is_set(), "a one-shot is set once");
    state_->value.emplace(std::move(value));
    state_->wake();
  }

  /// co_await shot.wait(): the value. Requires: awaited by one task, once.
  auto wait() const {
    struct Wait : WaitBase {
      using WaitBase::WaitBase;
      T await_resume() { return std::move(*this->state_->value); }
    };
    return Wait(state_, kNever);
  }

  /// co_await shot.wait_until(t): the value, or nothing where it has not come by then.
  auto wait_until(MonotonicTime deadline) const {
    struct Wait : WaitBase {
      using WaitBase::WaitBase;
      std::optional<T> await_resume() { return std::move(this->state_->value); }
    };
    return Wait(state_, deadline);
  }

 private:
  std::shared_ptr<State> state_;
};

}  // namespace cohort::task
