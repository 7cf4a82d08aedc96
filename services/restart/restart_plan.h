/// When to ask for the replacement of a member that is missing: a pure table of places, driven by
/// the oldest member of a group (docs/protocol/restart.md).
///
/// A place is a site at which the plant file wants a member. A place without a member is asked for
/// after a grace time, then again with growing pauses; after kStartsInWindow starts within the
/// window it is given up, visibly, until its site leaves and comes back.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <vector>

#include "platform/base/ids.h"
#include "platform/base/time.h"

namespace cohort::services {

class RestartPlan {
 public:
  static constexpr Duration kGrace = millis(150);
  static constexpr Duration kPause = millis(300);  ///< doubled by each start in the window
  static constexpr Duration kPauseMost = seconds(5);
  static constexpr std::size_t kStartsInWindow = 5;
  static constexpr Duration kWindow = seconds(30);

  explicit RestartPlan(std::vector<SiteId> places);

  /// What is known now. Places whose site is not up are not missing: they wait for the site.
  void observe(const std::set<SiteId>& sites_up, const std::set<SiteId>& sites_with_member,
               MonotonicTime now);

  /// The places to ask for now; each is not due again before its pause is over.
  std::vector<SiteId> due(MonotonicTime now);
  /// The places given up since the last call.
  std::vector<SiteId> newly_abandoned();
  /// When due() may have an answer; kNever where nothing is missing.
  MonotonicTime next_deadline() const;

  /// Remote execution started a program for the place (not called where it ran already).
  void started(SiteId place, MonotonicTime now);
  std::uint32_t starts(SiteId place) const;

 private:
  enum class State : std::uint8_t { kFilled, kSiteDown, kMissing, kAbandoned };
  struct Place {
    State state = State::kSiteDown;
    MonotonicTime next{};
    std::deque<MonotonicTime> recent;  ///< starts within the window
    std::uint32_t starts = 0;
  };
  static Duration pause_after(std::size_t recent_starts);

  std::map<SiteId, Place> places_;
  std::vector<SiteId> abandoned_;
};

}  // namespace cohort::services
