/// Waits for a task, but not longer than a given time.
#pragma once

#include <optional>
#include <utility>

#include "platform/task/one_shot.h"

namespace cohort::task {

namespace detail {
template <typename T>
Task<void> deliver(Task<T> work, OneShot<T> result) {
  T value = co_await work;
  result.set(std::move(value));
}
}  // namespace detail

/// What the work returned, or nothing where it has not ended by the deadline: then it goes on
/// unattended, and what it returns is dropped. Requires: the work does not refer to its awaiter.
template <typename T>
Task<std::optional<T>> within(Scheduler& scheduler, Task<T> work, Duration timeout) {
  OneShot<T> result(scheduler);
  scheduler.spawn(detail::deliver(std::move(work), result));
  std::optional<T> value = co_await result.wait_until(scheduler.now() + timeout);
  co_return value;
}

}  // namespace cohort::task
