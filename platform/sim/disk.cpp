#include "platform/sim/disk.h"

#include <algorithm>
#include <utility>

#include "platform/base/instrument.h"
#include "platform/sim/decide.h"

namespace cohort::sim {

std::optional<Duration> Disk::begin(Write write, Duration now, std::uint64_t decision) {
  if (mode_ == Mode::kFailing || mode_ == Mode::kFull) {
    COHORT_PROBE(mode_ == Mode::kFull ? "disk.full" : "disk.fsync_failed");
    pending_.clear();
    return std::nullopt;
  }
  const Duration usual = Duration(50'000) + exponential(decision, millis(1));
  done_at_ = std::max(done_at_ + Duration(1), now + (latency_ > Duration{0} ? latency_ : usual));
  pending_.push_back(std::move(write));
  return done_at_;
}

std::optional<core::Input> Disk::finish() {
  if (pending_.empty()) return std::nullopt;
  if (mode_ == Mode::kStalled) {
    COHORT_PROBE("disk.stalled");
    ++overdue_;
    return std::nullopt;
  }
  Write done = std::move(pending_.front());
  pending_.pop_front();
  core::Input word = core::Tick{};
  if (const auto* write = std::get_if<core::StoreWrite>(&done)) {
    word = core::StoreDone{write->token};
  } else {
    word = core::LogDone{std::get<core::LogWrite>(done).token};
  }
  keep(std::move(done));
  return word;
}

void Disk::keep(Write write) {
  if (auto* logged = std::get_if<core::LogWrite>(&write)) {
    logs_[logged->log].push_back(std::move(logged->record));
    return;
  }
  auto& own = std::get<core::StoreWrite>(write);
  if (own.replaces) records_.clear();
  records_.push_back(std::move(own.record));
}

void Disk::crash(std::uint64_t decision, bool power) {
  std::size_t kept = decision % (pending_.size() + 1);
  if (kept < pending_.size()) COHORT_PROBE("disk.write_lost");
  if (power && kept > 0 && mix64(decision) % 2 == 0) {
    // The last one that had begun to reach the platter is torn: the store drops it when it starts.
    COHORT_PROBE("disk.write_torn");
    --kept;
  }
  for (; kept > 0; --kept) {
    keep(std::move(pending_.front()));
    pending_.pop_front();
  }
  pending_.clear();
  done_at_ = Duration{0};
  overdue_ = 0;
}

std::size_t Disk::set(Mode mode, Duration latency) {
  mode_ = mode;
  latency_ = latency;
  return mode == Mode::kStalled ? 0 : std::exchange(overdue_, 0);
}

}  // namespace cohort::sim
