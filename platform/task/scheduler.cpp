#include "platform/task/scheduler.h"

#include "platform/base/assert.h"

namespace cohort::task {

/// The coroutine that owns a root task; it takes itself out of the scheduler when it ends.
struct Scheduler::Root {
  struct promise_type {
    Scheduler* scheduler = nullptr;
    std::uint64_t number = 0;

    struct End {
      bool await_ready() const noexcept { return false; }
      void await_suspend(std::coroutine_handle<promise_type> self) const noexcept {
        self.promise().scheduler->roots_.erase(self.promise().number);
        self.destroy();
      }
      void await_resume() const noexcept {}
    };

    Root get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() const noexcept { return {}; }
    End final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    [[noreturn]] void unhandled_exception() const {
      assertion_failed("no exception", "a task let an exception escape", __FILE__, __LINE__);
    }
  };
  std::coroutine_handle<promise_type> handle;
};

Scheduler::Root Scheduler::run_root(Task<void> task) {
  co_await task;
}

Scheduler::~Scheduler() {
  on_ready = nullptr;
  drop_tasks();
}

void Scheduler::drop_tasks() {
  while (!roots_.empty()) {
    const std::coroutine_handle<> oldest = roots_.begin()->second;
    roots_.erase(roots_.begin());
    oldest.destroy();
  }
  ready_.clear();
  timers_.clear();
  timer_times_.clear();
}

void Scheduler::spawn(Task<void> root) {
  const Root made = run_root(std::move(root));
  made.handle.promise().scheduler = this;
  made.handle.promise().number = next_root_;
  roots_.emplace(next_root_++, made.handle);
  resume_later(made.handle);
}

void Scheduler::post(std::function<void()> function) {
  ready_.push_back(std::move(function));
  wake();
}

void Scheduler::resume_later(std::coroutine_handle<> handle) {
  post([handle] { handle.resume(); });
}

std::uint64_t Scheduler::call_at(MonotonicTime at, std::function<void()> function) {
  const bool nearer = at < next_deadline();
  const std::uint64_t id = next_timer_++;
  timers_.emplace(std::pair{at, id}, std::move(function));
  timer_times_.emplace(id, at);
  if (nearer) wake();
  return id;
}

void Scheduler::cancel(std::uint64_t timer) {
  const auto found = timer_times_.find(timer);
  if (found == timer_times_.end()) return;
  timers_.erase({found->second, timer});
  timer_times_.erase(found);
}

void Scheduler::make_due_timers_ready() {
  while (!timers_.empty() && timers_.begin()->first.first <= now_) {
    auto due = timers_.extract(timers_.begin());
    timer_times_.erase(due.key().second);
    due.mapped()();
    while (!ready_.empty()) {
      const std::function<void()> function = std::move(ready_.front());
      ready_.pop_front();
      function();
    }
  }
}

void Scheduler::run(MonotonicTime now) {
  COHORT_ASSERT(now >= now_, "time does not go back");
  COHORT_ASSERT(!running_, "the scheduler is not driven from inside a task");
  now_ = now;
  running_ = true;
  do {
    while (!ready_.empty()) {
      const std::function<void()> function = std::move(ready_.front());
      ready_.pop_front();
      function();
    }
    make_due_timers_ready();
  } while (!ready_.empty());
  running_ = false;
}

MonotonicTime Scheduler::next_deadline() const {
  if (!ready_.empty()) return now_;
  return timers_.empty() ? kNever : timers_.begin()->first.first;
}

void Scheduler::wake() {
  if (!running_ && on_ready) on_ready();
}

}  // namespace cohort::task
