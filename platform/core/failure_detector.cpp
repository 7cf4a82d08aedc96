#include "platform/core/failure_detector.h"

#include <algorithm>
#include <cmath>

#include "platform/base/instrument.h"
#include "platform/base/limits.h"
#include "platform/core/quorum.h"

namespace cohort::core {

void FailureDetector::install(const std::vector<SiteLife>& members, MonotonicTime now) {
  members_ = members;
  suspected_since_ = kNever;
  for (const SiteLife& member : members_) {
    Peer& peer = peers_[member.site];
    peer.base = now;
    peer.suspected = false;
    peer.gone = false;
    peer.evidence.clear();
  }
}

void FailureDetector::on_step(MonotonicTime now) {
  const Duration gap = now - last_step_;
  const Duration expected = timers_.heartbeat + limits::kOwnPauseCredit;
  if (last_step_ != MonotonicTime{} && gap > expected) {
    COHORT_PROBE("detector.own_pause");
    for (auto& [site, peer] : peers_) {
      const MonotonicTime from = std::max(peer.base, peer.echoed);
      peer.base = std::min(now, from + gap);
    }
  }
  last_step_ = now;
}

void FailureDetector::on_status(SiteId site, std::int64_t sent_ns, std::int64_t echo_ns,
                                MonotonicTime now) {
  Peer& peer = peers_[site];
  peer.newest_sent_ns = std::max(peer.newest_sent_ns, sent_ns);
  if (echo_ns != 0) {
    const MonotonicTime echoed{Duration(echo_ns)};
    if (echoed <= now) peer.echoed = std::max(peer.echoed, echoed);
  }
  if (peer.last_arrival != MonotonicTime{}) {
    const double gap_ms = static_cast<double>((now - peer.last_arrival).count()) / 1e6;
    peer.deviation_ms += (std::abs(gap_ms - peer.mean_gap_ms) - peer.deviation_ms) / 16;
    peer.mean_gap_ms += (gap_ms - peer.mean_gap_ms) / 16;
  }
  peer.last_arrival = now;
}

void FailureDetector::on_process_gone(SiteId site) {
  Peer& peer = peers_[site];
  peer.gone = true;
  suspect(peer, "its process has exited: the connection closed and the host refuses a new one",
          last_step_);
}

void FailureDetector::on_new_life(SiteId site) {
  Peer& peer = peers_[site];
  peer.newest_sent_ns = 0;
  peer.last_arrival = {};
  peer.echo_sent.reset();
}

void FailureDetector::forgive_heard(MonotonicTime now) {
  for (auto& [site, peer] : peers_) {
    if (!peer.suspected || peer.gone) continue;
    if (now - peer.echoed > 2 * timers_.heartbeat) continue;
    COHORT_PROBE("detector.forgiven");
    peer.suspected = false;
    peer.evidence.clear();
  }
}

void FailureDetector::on_life_over(SiteId site) {
  Peer& peer = peers_[site];
  peer.gone = true;
  suspect(peer, "it came back as a new incarnation", last_step_);
}

void FailureDetector::accuse(SiteId site, std::string reason) {
  suspect(peers_[site], std::move(reason), last_step_);
}

void FailureDetector::suspect(Peer& peer, std::string evidence, MonotonicTime now) {
  if (peer.suspected) return;
  peer.suspected = true;
  peer.evidence = std::move(evidence);
  suspected_since_ = now;
}

std::int64_t FailureDetector::echo_for(SiteId site, MonotonicTime now) {
  Peer& peer = peers_[site];
  if (peer.newest_sent_ns != 0) peer.echo_sent = now;
  return peer.newest_sent_ns;
}

std::optional<MonotonicTime> FailureDetector::last_echo_to(SiteId site) const {
  const auto found = peers_.find(site);
  return found == peers_.end() ? std::nullopt : found->second.echo_sent;
}

Duration FailureDetector::timeout(const Peer& peer) const {
  const double wanted_ms = 4 * peer.mean_gap_ms + 8 * peer.deviation_ms;
  const auto wanted = Duration(static_cast<std::int64_t>(wanted_ms * 1e6));
  return std::clamp(wanted, timers_.suspicion_floor, timers_.suspicion_ceiling);
}

bool FailureDetector::check(MonotonicTime now) {
  bool changed = false;
  for (const SiteLife& member : members_) {
    if (member == self_) continue;
    Peer& peer = peers_[member.site];
    const Duration silence = now - std::max(peer.base, peer.echoed);
    if (peer.suspected || silence <= timeout(peer)) continue;
    suspect(peer,
            "silent for " + std::to_string(to_millis(silence)) + " ms (allowed " +
                std::to_string(to_millis(timeout(peer))) + " ms)",
            now);
    changed = true;
  }
  return changed;
}

bool FailureDetector::suspected(SiteId site) const {
  const auto found = peers_.find(site);
  return found != peers_.end() && found->second.suspected;
}

bool FailureDetector::certainly_gone(SiteId site) const {
  const auto found = peers_.find(site);
  return found != peers_.end() && found->second.gone;
}

std::string FailureDetector::evidence(SiteId site) const {
  const auto found = peers_.find(site);
  return found == peers_.end() ? std::string() : found->second.evidence;
}

bool FailureDetector::heard_within(SiteId site, Duration age, MonotonicTime now) const {
  const auto found = peers_.find(site);
  return found != peers_.end() && now - std::max(found->second.base, found->second.echoed) <= age;
}

std::int64_t FailureDetector::silent_for_ms(SiteId site, MonotonicTime now) const {
  const auto found = peers_.find(site);
  if (found == peers_.end()) return -1;
  return to_millis(now - std::max(found->second.base, found->second.echoed));
}

bool FailureDetector::quorum_possible() const {
  std::size_t left = 0;
  for (const SiteLife& member : members_) {
    if (member == self_ || !certainly_gone(member.site)) ++left;
  }
  const bool oldest =
      !members_.empty() && (members_.front() == self_ || !certainly_gone(members_.front().site));
  return is_quorum(left, members_.size(), oldest);
}

bool FailureDetector::lease_valid(MonotonicTime now) const {
  std::size_t echoing = 0;
  for (const SiteLife& member : members_) {
    if (member == self_) {
      ++echoing;
      continue;
    }
    const auto found = peers_.find(member.site);
    if (found != peers_.end() && now - found->second.echoed <= timers_.lease) ++echoing;
  }
  const bool oldest = !members_.empty() && members_.front() == self_;
  const auto found = members_.empty() ? peers_.end() : peers_.find(members_.front().site);
  const bool oldest_echoes =
      oldest || (found != peers_.end() && now - found->second.echoed <= timers_.lease);
  return is_quorum(echoing, members_.size(), oldest_echoes);
}

}  // namespace cohort::core
