#include "platform/core/flow.h"

#include <algorithm>

#include "platform/base/instrument.h"

namespace cohort::core {

namespace {
constexpr Duration kMeasure = millis(100);
}  // namespace

void Flow::install(const std::vector<SiteLife>& members, std::size_t rank) {
  members_ = members;
  rank_ = rank;
  links_.assign(members.size(), Link{});
  for (std::size_t peer = 0; peer < members.size(); ++peer) {
    links_[peer].acked = sessions_.acknowledged_bytes(members[peer].site, Channel::kData);
    links_[peer].since = context_.now;
    links_[peer].allowed = limits_.unacked_floor;
  }
  std::erase_if(told_, [&members](const Told& told) {
    return std::find(members.begin(), members.end(), told.site) == members.end();
  });
  collect_slow();
  measure();
}

void Flow::on_slow(SiteLife site, std::int64_t sent_ns, const std::vector<ProcessId>& slow) {
  auto told = std::find_if(told_.begin(), told_.end(),
                           [site](const Told& each) { return each.site == site; });
  if (told == told_.end()) {
    if (slow.empty()) return;
    told = told_.insert(told_.end(), Told{site, sent_ns, {}});
  }
  if (sent_ns < told->sent_ns) return;
  told->sent_ns = sent_ns;
  if (told->slow == slow) return;
  COHORT_PROBE("flow.slow_elsewhere");
  told->slow = slow;
  collect_slow();
}

void Flow::set_own_slow(std::vector<ProcessId> slow) {
  own_slow_ = std::move(slow);
  collect_slow();
}

void Flow::collect_slow() {
  slow_.clear();
  slow_.insert(own_slow_.begin(), own_slow_.end());
  for (const Told& told : told_) slow_.insert(told.slow.begin(), told.slow.end());
}

void Flow::measure() {
  congested_ = 0;
  for (std::size_t peer = 0; peer < members_.size(); ++peer) {
    if (peer == rank_) continue;
    measure(peer);
    if (!open_towards(peer)) congested_ |= wire::site_bit(peer);
  }
}

void Flow::measure(std::size_t rank) {
  Link& link = links_[rank];
  const std::uint64_t acked = sessions_.acknowledged_bytes(members_[rank].site, Channel::kData);
  // A session that began anew counts from zero again.
  if (acked > link.acked) link.present += acked - link.acked;
  link.acked = acked;
  if (context_.now - link.since >= kMeasure) {
    const bool long_ago = context_.now - link.since >= 2 * kMeasure;
    link.previous = long_ago ? 0 : link.present;
    link.present = 0;
    link.since = context_.now;
  }
  link.allowed =
      std::clamp(link.present + link.previous, limits_.unacked_floor, limits_.unacked_ceiling);
}

bool Flow::open_towards(std::size_t rank) const {
  return sessions_.unacknowledged_bytes(members_[rank].site, Channel::kData) < links_[rank].allowed;
}

}  // namespace cohort::core
