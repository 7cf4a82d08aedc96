// The end of a view at one site: what it reports, what it fetches, how it delivers up to the cut.
#include <algorithm>
#include <set>

#include "platform/base/instrument.h"
#include "platform/core/data_plane.h"

namespace cohort::core {

using wire::EntryKind;

namespace {

wire::EntryReport report_of(std::size_t origin, std::uint64_t number, const StreamEntry& entry) {
  wire::EntryReport report;
  report.place = {static_cast<std::uint32_t>(origin), number};
  report.epoch = entry.epoch;
  const bool message = entry.kind != EntryKind::kMarker;
  report.total = message && entry.head.order == wire::Order::kTotal;
  report.held = entry.kind != EntryKind::kHeader;
  report.destinations = entry.head.destination_sites;
  report.vector = entry.head.vector;
  report.order_prefix = entry.head.order_prefix;
  return report;
}

}  // namespace

wire::Report DataPlane::report() const {
  wire::Report report;
  report.received = multicast_.received();
  report.done = multicast_.done();
  for (std::size_t origin = 0; origin < multicast_.sites(); ++origin) {
    const Stream& stream = multicast_.stream(origin);
    for (std::uint64_t n = stream.floor() + 1; n <= stream.received(); ++n) {
      const StreamEntry& entry = *stream.find(n);
      if (entry.kind != EntryKind::kSkip) report.entries.push_back(report_of(origin, n, entry));
    }
  }
  report.order_floor = order_.floor();
  for (std::uint64_t place = order_.floor() + 1; place <= order_.received(); ++place) {
    report.order.push_back(*order_.find(place));
  }
  report.opening = epochs_.opening();
  report.delivered_epoch = epochs_.delivered();
  report.has_table = has_table_;
  return report;
}

std::vector<wire::Holding> DataPlane::lacking(const wire::ViewValue& value) const {
  std::vector<wire::Holding> missing;
  if (value.cut.size() != members_.size()) return missing;
  const auto& stay = value.members;
  // Whom the value leaves out votes, but delivers nothing of it; what it lacks may be gone.
  if (std::find(stay.begin(), stay.end(), context_.self) == stay.end()) return missing;
  for (const wire::Holding& holding : value.holdings) {
    if (holding.place.origin >= members_.size()) continue;
    if (holding.place.number <= multicast_.stream(holding.place.origin).received()) continue;
    if (!fetched_.contains(holding.place)) missing.push_back(holding);
  }
  return missing;
}

void DataPlane::add_fetched(std::size_t origin, wire::StreamFrame frame) {
  if (origin >= members_.size()) return;
  const wire::StreamPlace place{static_cast<std::uint32_t>(origin), frame.number};
  fetched_.emplace(place, std::move(frame));
}

std::optional<wire::StreamFrame> DataPlane::frame_of(const wire::StreamPlace& place,
                                                     std::size_t for_rank) const {
  if (place.origin >= members_.size()) return std::nullopt;
  if (auto frame = multicast_.frame_of(place.origin, place.number, for_rank)) return frame;
  const auto found = fetched_.find(place);
  if (found == fetched_.end() || found->second.kind == EntryKind::kSkip) return std::nullopt;
  return found->second;
}

void DataPlane::fill_to_cut(const wire::ViewValue& value) {
  // What an earlier ballot made this site fetch is no part of this value: the others skip it (W3).
  std::set<wire::StreamPlace> inside;
  for (const wire::Holding& holding : value.holdings) inside.insert(holding.place);
  for (std::size_t origin = 0; origin < members_.size(); ++origin) {
    Stream& stream = multicast_.stream(origin);
    stream.truncate(value.cut[origin]);
    while (stream.received() < value.cut[origin]) {
      const wire::StreamPlace place{static_cast<std::uint32_t>(origin), stream.received() + 1};
      StreamEntry entry;
      const auto found = fetched_.find(place);
      const bool held = found != fetched_.end() && inside.contains(place);
      if (found != fetched_.end() && !inside.contains(place)) COHORT_PROBE("view.fetched_in_vain");
      if (held && !COHORT_MUTANT("skip_hole_exchange")) {
        entry.kind = found->second.kind;
        entry.epoch = found->second.epoch;
        entry.head = found->second.head;
        entry.payload = found->second.payload;
      } else {
        COHORT_PROBE("view.hole_skipped");
      }
      stream.append(std::move(entry));
    }
  }
}

void DataPlane::close(const wire::ViewValue& value) {
  frozen_ = true;
  fill_to_cut(value);
  order_.settle(value.order_base, value.order);
  if (value.opening && value.opening->epoch == epochs_.sending() + 1) {
    COHORT_PROBE("view.opening_from_value");
    epochs_.switch_to(*value.opening);
  }
  deliver_all(Delivery::Rules{epochs_.delivered(), true});
  if (epochs_.sending() != epochs_.delivered()) {
    COHORT_PROBE("view.epoch_closed_by_cut");
    apply_opening();
    deliver_all(Delivery::Rules{epochs_.delivered(), true});
  }
  for (std::size_t origin = 0; origin < members_.size(); ++origin) {
    COHORT_ASSERT(multicast_.stream(origin).done() == value.cut[origin],
                  "everything inside the cut is delivered before the view");
  }
}

}  // namespace cohort::core
