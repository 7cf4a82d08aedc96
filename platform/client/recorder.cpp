#include "platform/client/recorder.h"

#include <utility>

namespace cohort::client {

using wire::HistoryRecord;

void Recorder::write(HistoryRecord record) {
  if (!sink_) return;
  record.process = self_;
  record.sequence = ++sequence_;
  record.time_ns = scheduler_.now().time_since_epoch().count();
  sink_(record);
}

void Recorder::begin(const wire::Welcome& welcome) {
  self_ = welcome.process;
  tell(welcome);
}

}  // namespace cohort::client
