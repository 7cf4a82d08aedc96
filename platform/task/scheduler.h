/// Runs tasks, one at a time, in the order in which they became ready; time is told by the driver
/// (Asio for real, the simulator's world otherwise). Single-threaded.
#pragma once

#include <coroutine>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
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

  /// Starts a root task in a later turn; it is owned by the scheduler until it ends.
  void spawn(Task<void> root);

  /// Runs a plain function in a later turn.
  void post(std::function<void()> function);

  /// Resumes a suspended coroutine in a later turn (for awaiters).
  void resume_later(std::coroutine_handle<> handle);

  /// Calls the function at the time, unless cancelled before. Returns the id to cancel by, never 0.
  std::uint64_t call_at(MonotonicTime at, std::function<void()> function);
  /// Ensures: the function is not called any more. An id that is unknown or done is ignored.
  void cancel(std::uint64_t timer);

  /// Suspends until a time; a task that is destroyed while it sleeps leaves no timer behind.
  class Sleep {
   public:
    Sleep(Scheduler& scheduler, MonotonicTime at) : scheduler_(scheduler), at_(at) {}
    Sleep(const Sleep&) = delete;
    Sleep& operator=(const Sleep&) = delete;
    ~Sleep() {
      if (timer_ != 0) scheduler_.cancel(timer_);
    }
    bool await_ready() const { return at_ <= scheduler_.now(); }
    void await_suspend(std::coroutine_handle<> handle) {
      timer_ = scheduler_.call_at(at_, [handle] { handle.resume(); });
    }
    void await_resume() const {}

   private:
    Scheduler& scheduler_;
    MonotonicTime at_;
    std::uint64_t timer_ = 0;
  };
  /// co_await scheduler.sleep_for(d): suspends for at least d.
  Sleep sleep_for(Duration duration) { return {*this, now_ + duration}; }
  Sleep sleep_until(MonotonicTime at) { return {*this, at}; }

  /// Destroys every task that has not ended, oldest first, and forgets what is ready and all
  /// timers: before the things that tasks refer to are destroyed. Requires: not called from inside
  /// a task.
  void drop_tasks();

  /// How many root tasks have not ended.
  std::size_t tasks() const { return roots_.size(); }

  // ---- for the driver

  /// Moves the time forward, runs the timers that are due and everything ready until nothing is.
  /// Requires: now is not before an earlier now; not called from inside a task.
  void run(MonotonicTime now);
  /// kNever where there is no timer; the present where something is ready.
  MonotonicTime next_deadline() const;
  /// Called when something becomes ready, or next_deadline() comes nearer, outside run(): the
  /// driver should call run() soon. Never calls run() itself.
  std::function<void()> on_ready;

 private:
  struct Root;
  static Root run_root(Task<void> task);
  void make_due_timers_ready();
  void wake();

  MonotonicTime now_{};
  std::deque<std::function<void()>> ready_;
  std::map<std::pair<MonotonicTime, std::uint64_t>, std::function<void()>> timers_;
  std::map<std::uint64_t, MonotonicTime> timer_times_;
  std::uint64_t next_timer_ = 1;
  std::map<std::uint64_t, std::coroutine_handle<>> roots_;  ///< by age: destroyed in that order
  std::uint64_t next_root_ = 1;
  bool running_ = false;
};

}  // namespace cohort::task
