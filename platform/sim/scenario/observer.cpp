#include "platform/sim/scenario/observer.h"

namespace cohort::sim {

void Observer::look() {
  const auto& records = world_.recorder().records;
  for (; read_ < records.size(); ++read_) take(records[read_]);
}

void Observer::take(const wire::HistoryRecord& record) {
  using wire::HistoryKind;
  if (record.kind == HistoryKind::kDeliver) {
    deliveries_[record.process].push_back(record.digest);
  } else if (record.kind == HistoryKind::kView) {
    views_[{record.process, record.group}] = record.members;
  } else if (record.kind == HistoryKind::kSites || record.kind == HistoryKind::kBegin) {
    site_views_[record.view] = record.sites;
    if (!record.text.empty()) removals_.push_back(record.text);
  } else if (record.kind == HistoryKind::kGone) {
    gone_.insert(record.peer);
  }
}

const std::vector<std::uint64_t>& Observer::deliveries(ProcessId process) const {
  static const std::vector<std::uint64_t> kNone;
  const auto found = deliveries_.find(process);
  return found == deliveries_.end() ? kNone : found->second;
}

std::vector<ProcessId> Observer::view(ProcessId process, GroupId group) const {
  const auto found = views_.find({process, group});
  return found == views_.end() ? std::vector<ProcessId>{} : found->second;
}

std::vector<SiteLife> Observer::site_view(std::uint64_t number) const {
  const auto found = site_views_.find(number);
  return found == site_views_.end() ? std::vector<SiteLife>{} : found->second;
}

}  // namespace cohort::sim
