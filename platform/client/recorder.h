/// Writes the history of a process: one record for everything it sees at its interface. Private to
/// platform/client.
#pragma once

#include <functional>

#include "platform/task/scheduler.h"
#include "platform/wire/history.h"

namespace cohort::client {

class Recorder {
 public:
  explicit Recorder(const task::Scheduler& scheduler) : scheduler_(scheduler) {}

  using Sink = std::function<void(const wire::HistoryRecord&)>;
  void record_to(Sink sink) { sink_ = std::move(sink); }
  bool on() const { return static_cast<bool>(sink_); }
  /// Fills process, sequence and time in.
  void write(wire::HistoryRecord record);

  void begin(const wire::Welcome& welcome);
  void end(const std::string& reason);
  void send(const wire::Multicast& multicast);
  void sent(const wire::Sent& sent);
  void deliver(const wire::Deliver& deliver);
  void view(const wire::View& view);
  void gone(const wire::ProcessGone& gone);
  void sites(const wire::Sites& sites);
  void serving(bool serving);
  void flush(std::uint64_t token, bool begins);

 private:
  const task::Scheduler& scheduler_;
  Sink sink_;
  ProcessId self_;
  std::uint64_t sequence_ = 0;
};

}  // namespace cohort::client
