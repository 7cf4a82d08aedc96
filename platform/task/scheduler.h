/// Runs tasks, one at a time, in the order in which they became ready; time is told by the driver
/// (Asio for real, the simulator's world otherwise). Single-threaded.
#pragma once

#include <coroutine>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "platform/base/time.h"
#include "platform/task/task.h"

namespace cohort::task {

class Scheduler {
 public:
  Scheduler() = default;
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;
  /// Destroys every task that has not ended; none of them runs again.
  ~Scheduler();

  /// The time that the driver told last.
  MonotonicTime now() const { return now_; }

  /// Starts a root task; it is owned by the scheduler until it ends.
  void spawn(Task<void> root);

  /// Runs a plain function in a later turn.
  void post(std::function<void()> function);

  /// Resumes a suspended coroutine in a later turn (for awaiters).
  void resume_later(std::coroutine_handle<> handle);

  /// Calls the function at the time, unless cancelled before. Returns the id to cancel by.
  std::uint64_t call_at(MonotonicTime at, std::function<void()> function);
  void cancel(std::uint64_t timer);

  /// co_await scheduler.sleep_for(d): suspends for at least d.
  auto sleep_for(Duration duration) { return sleep_until(now_ + duration); }
  auto sleep_until(MonotonicTime at) {
    struct Awaiter {
      Scheduler* scheduler;
      MonotonicTime at;
      bool await_ready() const { return at <= scheduler->now(); }
      void await_suspend(std::coroutine_handle<> handle) const {
        scheduler->call_at(at, [handle] { handle.resume(); });
      }
      void await_resume() const {}
    };
    return Awaiter{this, at};
  }

  // ---- for the driver

  /// Moves the time forward, runs the timers that are due and everything ready until nothing is.
  void run(MonotonicTime now);
  /// kNever where there is no timer; the present where something is ready.
  MonotonicTime next_deadline() const;
  /// Called when something becomes ready outside run(): the driver should call run() soon.
  std::function<void()> on_ready;

 private:
  struct Root;
  void wake();

  MonotonicTime now_{};
  std::deque<std::function<void()>> ready_;
  std::map<std::pair<MonotonicTime, std::uint64_t>, std::function<void()>> timers_;
  std::map<std::uint64_t, MonotonicTime> timer_times_;
  std::uint64_t next_timer_ = 1;
  std::set<void*> roots_;
  bool running_ = false;
};

}  // namespace cohort::task
