#include "platform/daemon/trace_ring.h"

#include <cstdio>
#include <memory>
#include <utility>

#include "platform/base/limits.h"

namespace cohort::daemon {

TraceRing::TraceRing(std::filesystem::path path) : path_(std::move(path)) {
  events_.reserve(limits::kTraceRing);
}

void TraceRing::add(MonotonicTime at, std::string text) {
  if (events_.size() < limits::kTraceRing) {
    events_.push_back({at, std::move(text)});
    return;
  }
  events_[oldest_] = {at, std::move(text)};
  oldest_ = (oldest_ + 1) % events_.size();
}

bool TraceRing::dump(std::string_view why) const {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path_.c_str(), "we"),
                                                             std::fclose);
  if (!file) return false;
  std::fprintf(file.get(), "# %zu events, monotonic seconds; written because: %.*s\n",
               events_.size(), static_cast<int>(why.size()), why.data());
  for (std::size_t i = 0; i < events_.size(); ++i) {
    const Event& event = events_[(oldest_ + i) % events_.size()];
    const std::chrono::duration<double> at = event.at.time_since_epoch();
    std::fprintf(file.get(), "%.6f %s\n", at.count(), event.text.c_str());
  }
  return std::fflush(file.get()) == 0;
}

}  // namespace cohort::daemon
