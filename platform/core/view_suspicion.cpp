// Who has to go, and why: from what this site and the others hold against each other (runs H11,
// H12).
#include <algorithm>

#include "platform/base/instrument.h"
#include "platform/base/limits.h"
#include "platform/core/view_change.h"

namespace cohort::core {

using wire::Removal;

namespace {
constexpr Duration kBallotRepeated = millis(250);
}  // namespace

bool ViewChange::wants_change() const {
  if (!leavers_.empty() || ballot_asked_ || plant_changes_.wanted()) return true;
  std::vector<SiteId> kept;
  for (const SiteLife& member : basis_.members) {
    if (must_go(member.site, kept)) return true;
    kept.push_back(member.site);
  }
  for (const auto& [site, joining] : joining_) {
    if (can_join(site, joining) && basis_.plant.host(site) != nullptr) return true;
  }
  // A promise whose ballot came to nothing is ended by a ballot of one's own (U4).
  return plane_.frozen() && proposer_.phase == Phase::kIdle;
}

/// It asks to, and can be asked: else a ballot for its sake would end in the view that there is,
/// and the next one begin at once.
bool ViewChange::can_join(SiteId site, const Joining& joining) const {
  return !basis_.rank_of(site) && context_.now - joining.heard < kJoinerAge &&
         sessions_.up(site, Channel::kControl);
}

bool ViewChange::settled() const {
  if (COHORT_BUGGIFY("view.do_not_settle")) return true;
  const MonotonicTime since = detector_.suspected_since();
  if (since == kNever || context_.now - since >= limits::kSettlingWindow) return true;
  return std::all_of(basis_.members.begin(), basis_.members.end(), [this](SiteLife member) {
    return !detector_.suspected(member.site) || detector_.certainly_gone(member.site);
  });
}

bool ViewChange::needs_two_accusers() const {
  return basis_.members.size() >= 4;
}

/// Silence that waits for a second accuser may end before it has one: then it was the load of a
/// site or the trouble of one link, and costs nobody a life. Once a ballot has begun it is too
/// late: others act upon what this site has said.
void ViewChange::withdraw_ended_silences() {
  if (!needs_two_accusers() || plane_.frozen() || proposer_.phase != Phase::kIdle) return;
  detector_.withdraw_ended_silences(context_.now);
}

/// Silence between two sites that nobody else confirms, not lasting long yet: with four sites and
/// more it waits for a second accuser (one of the two may just be loaded). How long it has lasted
/// is known from its accuser's last word.
bool ViewChange::lone_edge(SiteId a, SiteId b) const {
  const auto young = [this](SiteId from, SiteId to) {
    const auto found = accusations_.find({from, to});
    if (found == accusations_.end()) return true;
    const wire::RemovalCause cause = found->second.what.cause;
    const bool guess =
        cause == wire::RemovalCause::kSilent || cause == wire::RemovalCause::kBrokenLink;
    return guess && found->second.told - found->second.since < limits::kLoneAccuserWait;
  };
  const auto own_young = [this](SiteId other) {
    const MonotonicTime since = detector_.suspected_at(other);
    if (since == kNever) return true;
    return detector_.cause(other) == wire::RemovalCause::kSilent &&
           context_.now - since < limits::kLoneAccuserWait;
  };
  const SiteId self = context_.self.site;
  if ((a == self && !own_young(b)) || (b == self && !own_young(a))) return false;
  return young(a, b) && young(b, a);
}

/// A ballot that leaves an elder out is an accusation only where it is repeated: sites that lost
/// each other for a while do not all find each other in the same moment (U4).
bool ViewChange::accused(SiteId by, SiteId who) const {
  const auto found = accusations_.find({by, who});
  if (found == accusations_.end()) return false;
  const Accused& accused = found->second;
  return accused.what.cause != wire::RemovalCause::kBrokenLink ||
         accused.told - accused.since >= kBallotRepeated;
}

/// Whether the site has to go, given the older ones that stay: the younger end of a link goes.
bool ViewChange::must_go(SiteId site, const std::vector<SiteId>& kept) const {
  std::size_t edges = 0;
  bool lone = true;
  for (const SiteLife& member : basis_.members) {
    const SiteId other = member.site;
    if (other == site) continue;
    const bool own = (other == context_.self.site && detector_.suspected(site)) ||
                     (site == context_.self.site && detector_.suspected(other));
    const bool told = accused(site, other) || accused(other, site);
    if (!own && !told) continue;
    ++edges;
    const bool older = std::find(kept.begin(), kept.end(), other) != kept.end();
    if (older || other == context_.self.site) lone = lone && lone_edge(site, other);
  }
  if (edges == 0) return false;
  const bool older_edge = std::any_of(kept.begin(), kept.end(), [&](SiteId other) {
    return accused(site, other) || accused(other, site) ||
           (other == context_.self.site && detector_.suspected(site)) ||
           (site == context_.self.site && detector_.suspected(other));
  });
  const bool own = site != context_.self.site && detector_.suspected(site);
  if (!older_edge && !own) return false;
  return !needs_two_accusers() || edges > 1 || !lone;
}

std::vector<SiteId> ViewChange::choose_survivors() const {
  // Oldest first, each that has no broken link with those kept. Whom this site does not hear itself
  // cannot answer its ballot.
  std::vector<SiteId> kept;
  for (const SiteLife& member : basis_.members) {
    const SiteId site = member.site;
    if (leavers_.contains(site) || proposer_.plant.record.host(site) == nullptr) continue;
    if (member != context_.self && detector_.suspected(site)) continue;
    if (must_go(site, kept)) {
      COHORT_PROBE("view.broken_link");
    } else {
      kept.push_back(site);
    }
  }
  return kept;
}

std::string ViewChange::lost_sites() const {
  std::string lost;
  for (const SiteLife& member : basis_.members) {
    if (!detector_.suspected(member.site)) continue;
    lost += (lost.empty() ? "" : "; ") + to_string(member) + " " + detector_.evidence(member.site);
  }
  for (const auto& [ends, evidence] : accusations_) {
    lost += (lost.empty() ? "" : "; ") + std::to_string(ends.first.value) + " accuses " +
            std::to_string(ends.second.value);
  }
  return lost;
}

std::vector<Removal> ViewChange::removals_for(const std::vector<SiteId>& survivors) const {
  std::vector<Removal> removals;
  for (const SiteLife& member : basis_.members) {
    if (std::find(survivors.begin(), survivors.end(), member.site) != survivors.end()) continue;
    removals.push_back(removal_of(member));
  }
  return removals;
}

Removal ViewChange::removal_of(SiteLife member) const {
  if (leavers_.contains(member.site)) {
    return {member, wire::RemovalCause::kLeft, "it asked to leave"};
  }
  if (proposer_.plant.record.host(member.site) == nullptr) {
    return {member, wire::RemovalCause::kOperator, "operator: removed from the plant"};
  }
  Removal removal{member, detector_.cause(member.site), {}};
  const auto add = [&removal](const std::string& text) {
    const std::size_t room = limits::kEvidenceBytes - removal.reason.size();
    removal.reason += ((removal.reason.empty() ? "" : "; ") + text).substr(0, room);
  };
  const std::string own = detector_.evidence(member.site);
  if (!own.empty()) add("site " + std::to_string(context_.self.site.value) + ": " + own);
  for (const auto& [ends, accused] : accusations_) {
    if (ends.first != member.site && ends.second != member.site) continue;
    const bool by_others = ends.second == member.site;
    if (removal.reason.empty()) {
      removal.cause = by_others ? accused.what.cause : wire::RemovalCause::kBrokenLink;
    }
    add("site " + std::to_string(ends.first.value) +
        (by_others ? "" : " of site " + std::to_string(ends.second.value)) + ": " +
        accused.what.reason);
  }
  return removal;
}

}  // namespace cohort::core
