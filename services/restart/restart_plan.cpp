#include "services/restart/restart_plan.h"

#include <algorithm>
#include <utility>

namespace cohort::services {

RestartPlan::RestartPlan(std::vector<SiteId> places) {
  for (const SiteId site : places) places_[site] = Place{};
}

void RestartPlan::observe(const std::set<SiteId>& sites_up,
                          const std::set<SiteId>& sites_with_member, MonotonicTime now) {
  for (auto& [site, place] : places_) {
    if (!sites_up.contains(site)) {
      place.state = State::kSiteDown;
      place.recent.clear();
    } else if (sites_with_member.contains(site)) {
      place.state = State::kFilled;
    } else if (place.state == State::kFilled || place.state == State::kSiteDown) {
      place.state = State::kMissing;
      place.next = std::max(now + kGrace, place.recent.empty() ? now : place.next);
    }
  }
}

std::vector<SiteId> RestartPlan::due(MonotonicTime now) {
  std::vector<SiteId> asked;
  for (auto& [site, place] : places_) {
    if (place.state != State::kMissing || place.next > now) continue;
    while (!place.recent.empty() && place.recent.front() + kWindow < now) place.recent.pop_front();
    if (place.recent.size() >= kStartsInWindow) {
      place.state = State::kAbandoned;
      abandoned_.push_back(site);
      continue;
    }
    place.next = now + pause_after(place.recent.size());
    asked.push_back(site);
  }
  return asked;
}

std::vector<SiteId> RestartPlan::newly_abandoned() {
  return std::exchange(abandoned_, {});
}

MonotonicTime RestartPlan::next_deadline() const {
  MonotonicTime first = kNever;
  for (const auto& [site, place] : places_) {
    if (place.state == State::kMissing) first = std::min(first, place.next);
  }
  return first;
}

void RestartPlan::started(SiteId site, MonotonicTime now) {
  const auto found = places_.find(site);
  if (found == places_.end()) return;
  found->second.recent.push_back(now);
  found->second.starts += 1;
  found->second.next = now + pause_after(found->second.recent.size());
}

std::uint32_t RestartPlan::starts(SiteId site) const {
  const auto found = places_.find(site);
  return found == places_.end() ? 0 : found->second.starts;
}

Duration RestartPlan::pause_after(std::size_t recent_starts) {
  Duration pause = kPause;
  for (std::size_t i = 0; i < recent_starts && pause < kPauseMost; ++i) pause *= 2;
  return std::min(pause, kPauseMost);
}

}  // namespace cohort::services
