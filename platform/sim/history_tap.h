/// Writes the history of one process from what passes between it and its daemon.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "platform/base/time.h"
#include "platform/wire/client_protocol.h"
#include "platform/wire/history.h"

namespace cohort::sim {

/// The records of a run, in the order in which they were written.
struct Recorder {
  std::vector<wire::HistoryRecord> records;
};

class HistoryTap {
 public:
  explicit HistoryTap(Recorder& recorder) : recorder_(recorder) {}

  /// Before the Welcome nothing is recorded: the process has no address yet.
  void request(const wire::ClientRequest& request, Duration now);
  void event(const wire::ClientEvent& event, Duration now);
  /// A tool's or the workload's own word; process, sequence and time are filled in.
  void note(wire::HistoryRecord record, Duration now);
  /// The session ended in order, or the run did.
  void end(std::string text, Duration now);

  ProcessId process() const { return process_; }

 private:
  void write(wire::HistoryRecord record, Duration now);

  Recorder& recorder_;
  ProcessId process_;
  wire::Multicast large_;  ///< whose parts still come
  std::uint64_t sequence_ = 0;
  bool ended_ = false;
};

}  // namespace cohort::sim
