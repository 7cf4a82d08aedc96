/// A loop for what a store's thread reports.
#pragma once

#include <QtTest>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>

namespace cohort::test {

class Loop {
 public:
  std::function<void(std::function<void()>)> post() {
    return [this](std::function<void()> function) {
      const std::scoped_lock lock(mutex_);
      functions_.push_back(std::move(function));
      grown_.notify_one();
    };
  }
  /// Runs what is posted until so many functions have run.
  void run(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      std::unique_lock lock(mutex_);
      grown_.wait_for(lock, std::chrono::seconds(20), [this] { return !functions_.empty(); });
      QVERIFY2(!functions_.empty(), "a completion never came");
      const auto function = std::move(functions_.front());
      functions_.pop_front();
      lock.unlock();
      function();
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable grown_;
  std::deque<std::function<void()>> functions_;
};

}  // namespace cohort::test
