#include "platform/core/epochs.h"

#include <algorithm>

#include "platform/base/assert.h"
#include "platform/base/instrument.h"
#include "platform/base/limits.h"
#include "platform/core/group_table.h"

namespace cohort::core {

void Epochs::install(std::size_t sites, const GroupTable& table) {
  sending_ = 0;
  delivered_ = 0;
  opening_.reset();
  markers_.assign(sites, false);
  collected_.clear();
  collected_up_to_.clear();
  table_ = &table;
}

wire::ChangeId Epochs::submit(wire::Change& change) {
  change.id = {self_, next_change_++};
  owed_.push_back(change);
  return change.id;
}

void Epochs::on_change_delivered(const wire::ChangeId& id) {
  while (!owed_.empty() && id.origin == self_ && owed_.front().id.number <= id.number) {
    owed_.pop_front();
  }
}

void Epochs::collect(const wire::Change& change) {
  std::uint64_t& last = collected_up_to_[change.id.origin];
  last = std::max(last, table_->last_change(change.id.origin));
  if (change.id.number <= last) {
    COHORT_PROBE("epochs.repeated_request");
    return;
  }
  last = change.id.number;
  collected_.push_back(change);
}

wire::Opening Epochs::open(MonotonicTime now) {
  COHORT_ASSERT(sending_ == delivered_, "one opening at a time");
  wire::Opening opening;
  opening.epoch = sending_ + 1;
  std::size_t bytes = 0;
  const std::size_t most = COHORT_BUGGIFY("epochs.one_change") ? 1 : limits::kChangesPerEpoch;
  while (!collected_.empty() && opening.changes.size() < most) {
    bytes += collected_.front().payload.size() + 2 * limits::kNameBytes;
    if (!opening.changes.empty() && bytes > limits::kGlobalPayloadBytes) {
      COHORT_PROBE("epochs.opening_full");
      break;
    }
    opening.changes.push_back(std::move(collected_.front()));
    collected_.pop_front();
  }
  opened_at_ = now;
  COHORT_PROBE("epochs.opened");
  if (opening.changes.size() > 1) COHORT_PROBE("epochs.several_changes");
  return opening;
}

bool Epochs::switch_to(const wire::Opening& opening) {
  if (opening.epoch != sending_ + 1 || sending_ != delivered_) return false;
  opening_ = opening;
  ++sending_;
  return true;
}

void Epochs::on_marker(std::size_t origin) {
  markers_[origin] = true;
}

bool Epochs::complete() const {
  if (sending_ == delivered_) return false;
  if (COHORT_MUTANT("forget_marker_wait")) return true;
  return std::all_of(markers_.begin(), markers_.end(), [](bool seen) { return seen; });
}

void Epochs::advance() {
  ++delivered_;
  std::fill(markers_.begin(), markers_.end(), false);
}

}  // namespace cohort::core
