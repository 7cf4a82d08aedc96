#include "platform/core/cut.h"

#include <algorithm>
#include <map>
#include <set>

#include "platform/base/assert.h"
#include "platform/base/instrument.h"

namespace cohort::core {

using wire::EntryReport;
using wire::OrderEntry;
using wire::Report;
using wire::SiteVector;
using wire::StreamPlace;

namespace {

/// What all reports together know of one number.
struct Known {
  EntryReport entry;
  std::vector<std::uint32_t> holders;
  bool delivered = false;  ///< some survivor that is a destination has it done
};

class CutComputer {
 public:
  explicit CutComputer(const std::vector<std::optional<Report>>& reports) : reports_(reports) {
    collect();
  }

  Cut compute() {
    longest_order();
    greatest_received();
    trim();
    find_holes();
    find_holdings();
    order_tail();
    cut_.opening = latest_opening();
    return std::move(cut_);
  }

 private:
  std::size_t sites() const { return reports_.size(); }

  void collect() {
    for (std::size_t rank = 0; rank < sites(); ++rank) {
      if (!reports_[rank]) continue;
      for (const EntryReport& entry : reports_[rank]->entries) {
        Known& known = known_[entry.place];
        if (known.holders.empty() || entry.held) known.entry = entry;
        if (entry.held) known.holders.push_back(static_cast<std::uint32_t>(rank));
        const bool destination = entry.held && wire::contains(entry.destinations, rank);
        const bool sequenced = entry.total && rank == 0;
        if ((destination || sequenced) &&
            reports_[rank]->done[entry.place.origin] >= entry.place.number) {
          known.delivered = true;
        }
      }
    }
  }

  void longest_order() {
    std::uint64_t base = UINT64_MAX;
    const Report* longest = nullptr;
    for (const auto& report : reports_) {
      if (!report) continue;
      const std::uint64_t received = report->order_floor + report->order.size();
      base = std::min(base, received);
      if (longest != nullptr && COHORT_MUTANT("shortest_order")) continue;
      if (longest == nullptr || received > longest->order_floor + longest->order.size()) {
        if (longest != nullptr) COHORT_PROBE("cut.longer_order");
        longest = &*report;
      }
      for (const OrderEntry& entry : report->order) ordered_.insert({entry.origin, entry.number});
    }
    cut_.order_base = base;
    COHORT_ASSERT(longest->order_floor <= base, "the order is freed only where all sites have it");
    cut_.order.assign(
        longest->order.begin() + static_cast<std::ptrdiff_t>(base - longest->order_floor),
        longest->order.end());
    order_known_ = longest->order_floor + longest->order.size();
  }

  void greatest_received() {
    cut_.last.assign(sites(), 0);
    for (const auto& report : reports_) {
      if (!report) continue;
      for (std::size_t origin = 0; origin < sites(); ++origin) {
        cut_.last[origin] = std::max(cut_.last[origin], report->received[origin]);
      }
    }
  }

  bool inside(const EntryReport& entry) const {
    if (entry.order_prefix > order_known_) return false;
    for (std::size_t i = 0; i < entry.vector.size(); ++i) {
      if (i != entry.place.origin && entry.vector[i] > cut_.last[i]) return false;
    }
    return true;
  }

  void trim() {
    for (bool trimmed = true; trimmed;) {
      trimmed = false;
      for (const auto& [place, known] : known_) {
        if (place.number > cut_.last[place.origin] || inside(known.entry)) continue;
        COHORT_PROBE("cut.trimmed");
        COHORT_ASSERT(!known.delivered, "what was delivered lies inside the cut");
        cut_.last[place.origin] = place.number - 1;
        trimmed = true;
      }
    }
  }

  SiteVector least_received() const {
    SiteVector least(sites(), UINT64_MAX);
    for (const auto& report : reports_) {
      if (!report) continue;
      for (std::size_t origin = 0; origin < sites(); ++origin) {
        least[origin] = std::min(least[origin], report->received[origin]);
      }
    }
    return least;
  }

  bool held(const StreamPlace& place) const {
    const auto found = known_.find(place);
    return found != known_.end() && !found->second.holders.empty();
  }

  void find_holes() {
    const SiteVector least = least_received();
    for (std::uint32_t origin = 0; origin < sites(); ++origin) {
      for (std::uint64_t n = least[origin] + 1; n <= cut_.last[origin]; ++n) {
        if (held({origin, n})) continue;
        COHORT_PROBE("cut.hole");
        cut_.holes.push_back({origin, n});
      }
    }
  }

  void find_holdings() {
    const SiteVector least = least_received();
    for (const auto& [place, known] : known_) {
      if (known.holders.empty() || place.number > cut_.last[place.origin]) continue;
      if (place.number <= least[place.origin]) continue;
      COHORT_PROBE("cut.holding");
      if (known.holders.size() == 1) COHORT_PROBE("cut.single_holder");
      cut_.holdings.push_back({place, known.holders.front()});
    }
  }

  /// Walks the whole cut in causal order and places what no record has placed.
  void order_tail() {
    SiteVector cursor = cut_.last;
    for (const auto& [place, known] : known_) {
      if (place.number <= cut_.last[place.origin]) {
        cursor[place.origin] = std::min(cursor[place.origin], place.number - 1);
      }
    }
    for (bool moved = true; moved;) {
      moved = false;
      const std::uint64_t epoch = least_epoch(cursor);
      for (std::uint32_t origin = 0; origin < sites() && !moved; ++origin) {
        moved = step(cursor, origin, epoch);
      }
    }
    COHORT_ASSERT(cursor == cut_.last, "the causal order of the cut has no cycle");
  }

  std::uint64_t least_epoch(const SiteVector& cursor) const {
    std::uint64_t least = UINT64_MAX;
    for (std::uint32_t origin = 0; origin < sites(); ++origin) {
      if (cursor[origin] >= cut_.last[origin]) continue;
      const auto found = known_.find({origin, cursor[origin] + 1});
      least = std::min(least, found == known_.end() ? 0 : found->second.entry.epoch);
    }
    return least;
  }

  bool step(SiteVector& cursor, std::uint32_t origin, std::uint64_t epoch) {
    if (cursor[origin] >= cut_.last[origin]) return false;
    const StreamPlace place{origin, cursor[origin] + 1};
    const auto found = known_.find(place);
    if (found == known_.end() || found->second.holders.empty()) {
      ++cursor[origin];
      return true;
    }
    const EntryReport& entry = found->second.entry;
    if (entry.epoch > epoch) {
      COHORT_PROBE("cut.later_epoch_waits");
      return false;
    }
    for (std::size_t i = 0; i < entry.vector.size() && !COHORT_MUTANT("tail_ignores_causality");
         ++i) {
      if (i != origin && cursor[i] < entry.vector[i]) {
        COHORT_PROBE("cut.tail_waits_for_cause");
        return false;
      }
    }
    ++cursor[origin];
    if (entry.total && !found->second.delivered && !ordered_.contains(place)) {
      COHORT_PROBE("cut.order_tail");
      cut_.order.push_back({origin, place.number, entry.destinations});
    }
    return true;
  }

  std::optional<wire::Opening> latest_opening() const {
    std::optional<wire::Opening> latest;
    if (COHORT_MUTANT("opening_forgotten")) return latest;
    for (const auto& report : reports_) {
      if (report && report->opening && (!latest || report->opening->epoch > latest->epoch)) {
        latest = report->opening;
      }
    }
    return latest;
  }

  const std::vector<std::optional<Report>>& reports_;
  std::map<StreamPlace, Known> known_;
  std::set<StreamPlace> ordered_;
  std::uint64_t order_known_ = 0;
  Cut cut_;
};

}  // namespace

Cut compute_cut(const std::vector<std::optional<Report>>& reports) {
  return CutComputer(reports).compute();
}

bool well_formed(const Report& report, std::size_t sites) {
  if (report.received.size() != sites || report.done.size() != sites) return false;
  for (std::size_t i = 0; i < sites; ++i) {
    if (report.done[i] > report.received[i]) return false;
  }
  for (const EntryReport& entry : report.entries) {
    if (entry.place.origin >= sites || entry.place.number == 0) return false;
    if (!entry.vector.empty() && entry.vector.size() != sites) return false;
  }
  return std::all_of(report.order.begin(), report.order.end(),
                     [&](const OrderEntry& entry) { return entry.origin < sites; });
}

}  // namespace cohort::core
