/// A flag that tasks wait for; setting it lets all of them go on, in the order in which they came.
#pragma once

#include <coroutine>
#include <list>
#include <memory>

#include "platform/task/scheduler.h"

namespace cohort::task {

class Event {
  struct State {
    Scheduler* scheduler;
    bool set = false;
    std::list<std::coroutine_handle<>> waiters;
  };

 public:
  explicit Event(Scheduler& scheduler)
      : state_(std::make_shared<State>(State{&scheduler, false, {}})) {}
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  bool is_set() const { return state_->set; }
  /// From now on nobody waits, until reset(). Waiters run in later turns.
  void set() {
    state_->set = true;
    release();
  }
  void reset() { state_->set = false; }
  /// Lets those go on who wait now, and stays as it is.
  void pulse() { release(); }

  class Wait {
   public:
    explicit Wait(std::shared_ptr<State> state) : state_(std::move(state)) {}
    Wait(const Wait&) = delete;
    Wait& operator=(const Wait&) = delete;
    ~Wait() {
      if (handle_) state_->waiters.remove(handle_);
    }
    bool await_ready() const { return state_->set; }
    void await_suspend(std::coroutine_handle<> handle) {
      handle_ = handle;
      state_->waiters.push_back(handle);
    }
    void await_resume() const {}

   private:
    std::shared_ptr<State> state_;
    std::coroutine_handle<> handle_;
  };
  Wait wait() const { return Wait(state_); }

 private:
  void release() {
    std::list<std::coroutine_handle<>> released;
    released.swap(state_->waiters);
    for (const std::coroutine_handle<> waiter : released) state_->scheduler->resume_later(waiter);
  }
  std::shared_ptr<State> state_;
};

}  // namespace cohort::task
