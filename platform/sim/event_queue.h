/// Virtual time: one queue of events, ordered by time; events of one moment are shuffled by the
/// seed, the same way in every run of it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "platform/base/rng.h"
#include "platform/base/time.h"

namespace cohort::sim {

class EventQueue {
 public:
  explicit EventQueue(std::uint64_t seed) : seed_(seed) {}

  /// Since the run began.
  Duration now() const { return now_; }
  std::uint64_t executed() const { return executed_; }

  /// Runs the action at the time; a time that has passed means now.
  void at(Duration time, std::function<void()> action) {
    ++sequence_;
    heap_.push_back({std::max(time, now_), mix64(seed_ ^ sequence_), sequence_, std::move(action)});
    std::push_heap(heap_.begin(), heap_.end(), later);
  }
  void after(Duration delay, std::function<void()> action) { at(now_ + delay, std::move(action)); }

  /// Runs the next event; false where there is none.
  bool step() {
    if (heap_.empty()) return false;
    std::pop_heap(heap_.begin(), heap_.end(), later);
    Entry entry = std::move(heap_.back());
    heap_.pop_back();
    now_ = entry.time;
    ++executed_;
    entry.action();
    return true;
  }

 private:
  struct Entry {
    Duration time;
    std::uint64_t tie;
    std::uint64_t sequence;
    std::function<void()> action;
  };
  static bool later(const Entry& a, const Entry& b) {
    if (a.time != b.time) return a.time > b.time;
    if (a.tie != b.tie) return a.tie > b.tie;
    return a.sequence > b.sequence;
  }

  std::uint64_t seed_;
  Duration now_{0};
  std::uint64_t sequence_ = 0;
  std::uint64_t executed_ = 0;
  std::vector<Entry> heap_;
};

}  // namespace cohort::sim
