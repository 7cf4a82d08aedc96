/// Writes the history of a process: one record for everything it sees at its interface. Private to
/// platform/client.
#pragma once

#include <functional>

#include "platform/task/scheduler.h"
#include "platform/wire/history_of.h"

namespace cohort::client {

class Recorder {
 public:
  explicit Recorder(const task::Scheduler& scheduler) : scheduler_(scheduler) {}

  using Sink = std::function<void(const wire::HistoryRecord&)>;
  void record_to(Sink sink) { sink_ = std::move(sink); }
  bool on() const { return static_cast<bool>(sink_); }
  /// Fills process, sequence and time in.
  void write(wire::HistoryRecord record);

  /// What the process heard or asked, as histories tell it.
  template <typename Event>
  void tell(const Event& event) {
    if (on()) write(wire::history_of(event));
  }
  /// The process has its address, whether or not anything is written.
  void begin(const wire::Welcome& welcome);

 private:
  const task::Scheduler& scheduler_;
  Sink sink_;
  ProcessId self_;
  std::uint64_t sequence_ = 0;
};

}  // namespace cohort::client
