#include "platform/core/failure_detector.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "platform/base/instrument.h"
#include "platform/base/limits.h"
#include "platform/core/quorum.h"

namespace cohort::core {

using wire::RemovalCause;

namespace {
constexpr Duration kPauseMemory = seconds(10);
constexpr double kGapFades = 0.995;  ///< with each Status: to a third in 200 of them
}  // namespace

void FailureDetector::install(const std::vector<SiteLife>& members, MonotonicTime now) {
  members_ = members;
  suspected_since_ = kNever;
  for (const SiteLife& member : members_) {
    Peer& peer = peers_[member.site];
    peer.base = now;
    peer.suspected_at = kNever;
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
      if (peer.last_arrival != MonotonicTime{}) {
        peer.last_arrival = std::min(now, peer.last_arrival + gap);
      }
    }
    if (gap > longest_pause_ || now - longest_pause_at_ > kPauseMemory) {
      longest_pause_ = gap;
      longest_pause_at_ = now;
    }
  }
  last_step_ = now;
}

void FailureDetector::on_status(SiteId site, std::int64_t sent_ns, std::int64_t echo_ns,
                                MonotonicTime now) {
  Peer& peer = peers_[site];
  if (sent_ns > peer.newest_sent_ns) {
    peer.newest_sent_ns = sent_ns;
    peer.newest_arrival = now;
  }
  if (echo_ns != 0) {
    const MonotonicTime echoed{Duration(echo_ns)};
    if (echoed <= now) peer.echoed = std::max(peer.echoed, echoed);
  }
  if (peer.last_arrival != MonotonicTime{}) {
    const double gap_ms = static_cast<double>((now - peer.last_arrival).count()) / 1e6;
    peer.deviation_ms += (std::abs(gap_ms - peer.mean_gap_ms) - peer.deviation_ms) / 16;
    peer.mean_gap_ms += (gap_ms - peer.mean_gap_ms) / 16;
    peer.longest_gap_ms = std::max(gap_ms, peer.longest_gap_ms * kGapFades);
  }
  peer.last_arrival = now;
}

void FailureDetector::on_process_gone(SiteId site) {
  Peer& peer = peers_[site];
  peer.gone = true;
  COHORT_PROBE("detector.process_gone");
  suspect(peer, RemovalCause::kExited,
          "its process has exited: the connection closed and the host refuses a new one",
          last_step_);
}

void FailureDetector::on_new_life(SiteId site) {
  Peer& peer = peers_[site];
  peer.newest_sent_ns = 0;
  peer.last_arrival = {};
  // The clients of the life before may act until the lease that rests on its echo is over (E7).
  if (COHORT_MUTANT("forget_echo_of_old_life")) peer.echo_sent.reset();
}

void FailureDetector::forgive_heard(MonotonicTime now) {
  for (auto& [site, peer] : peers_) {
    if (peer.suspected_at == kNever || peer.gone) continue;
    if (now - std::max(peer.echoed, peer.told_us) > 2 * timers_.heartbeat) continue;
    COHORT_PROBE("detector.forgiven");
    withdraw(peer);
  }
}

void FailureDetector::withdraw_ended_silences(MonotonicTime now) {
  for (auto& [site, peer] : peers_) {
    const bool guess = !peer.gone && peer.cause == RemovalCause::kSilent;
    if (peer.suspected_at == kNever || !guess) continue;
    if (now - peer.echoed > 2 * timers_.heartbeat) continue;
    COHORT_PROBE("detector.silence_ended");
    withdraw(peer);
  }
}

void FailureDetector::withdraw(Peer& peer) {
  peer.suspected_at = kNever;
  peer.evidence.clear();
}

void FailureDetector::on_told_as_eldest(SiteId site, MonotonicTime now) {
  Peer& peer = peers_[site];
  if (now - peer.echoed > 2 * timers_.heartbeat) COHORT_PROBE("detector.told_without_echo");
  peer.told_us = now;
  peer.base = std::max(peer.base, now);
}

void FailureDetector::on_life_over(SiteId site) {
  Peer& peer = peers_[site];
  peer.gone = true;
  COHORT_PROBE("detector.life_over");
  suspect(peer, RemovalCause::kNewLife, "it came back as a new incarnation", last_step_);
}

void FailureDetector::accuse(SiteId site, RemovalCause cause, std::string reason) {
  suspect(peers_[site], cause, std::move(reason), last_step_);
}

void FailureDetector::suspect(Peer& peer, RemovalCause cause, std::string evidence,
                              MonotonicTime now) {
  // Certainty outranks a guess: who is silent and then known to have exited needs no more waiting.
  if (peer.suspected_at != kNever && (peer.cause != RemovalCause::kSilent || !peer.gone)) return;
  if (peer.suspected_at == kNever) {
    peer.suspected_at = now;
    suspected_since_ = now;
  }
  peer.cause = cause;
  peer.evidence = std::move(evidence);
  if (peer.last_arrival != MonotonicTime{}) {
    peer.evidence += "; last heard " + std::to_string(to_millis(now - peer.last_arrival)) +
                     " ms before" + own_pauses(now);
  }
}

/// What an operator asks first: was it the accuser who slept?
std::string FailureDetector::own_pauses(MonotonicTime now) const {
  if (longest_pause_ == Duration{0} || now - longest_pause_at_ > kPauseMemory) return "";
  return "; the accuser itself paused " + std::to_string(to_millis(longest_pause_)) + " ms, " +
         std::to_string(to_millis(now - longest_pause_at_)) + " ms before";
}

std::int64_t FailureDetector::echo_for(SiteId site) {
  Peer& peer = peers_[site];
  if (peer.newest_sent_ns != 0) peer.echo_sent = peer.newest_arrival;
  return peer.newest_sent_ns;
}

std::optional<MonotonicTime> FailureDetector::last_echo_to(SiteId site) const {
  const auto found = peers_.find(site);
  return found == peers_.end() ? std::nullopt : found->second.echo_sent;
}

Duration FailureDetector::timeout(const Peer& peer) const {
  const double wanted_ms =
      std::max(4 * peer.mean_gap_ms + 8 * peer.deviation_ms, 2 * peer.longest_gap_ms);
  const auto wanted = Duration(static_cast<std::int64_t>(wanted_ms * 1e6));
  return std::clamp(wanted, timers_.suspicion_floor, timers_.suspicion_ceiling);
}

bool FailureDetector::check(MonotonicTime now) {
  bool changed = false;
  for (const SiteLife& member : members_) {
    if (member == self_) continue;
    Peer& peer = peers_[member.site];
    const Duration silence = now - std::max(peer.base, peer.echoed);
    if (peer.suspected_at != kNever || silence <= timeout(peer)) continue;
    COHORT_PROBE("detector.silent");
    suspect(peer, RemovalCause::kSilent,
            "silent for " + std::to_string(to_millis(silence)) + " ms (allowed " +
                std::to_string(to_millis(timeout(peer))) + " ms)",
            now);
    changed = true;
  }
  return changed;
}

bool FailureDetector::suspected(SiteId site) const {
  const auto found = peers_.find(site);
  return found != peers_.end() && found->second.suspected_at != kNever;
}

bool FailureDetector::certainly_gone(SiteId site) const {
  const auto found = peers_.find(site);
  return found != peers_.end() && found->second.gone;
}

std::string FailureDetector::evidence(SiteId site) const {
  const auto found = peers_.find(site);
  return found == peers_.end() ? std::string() : found->second.evidence;
}

RemovalCause FailureDetector::cause(SiteId site) const {
  const auto found = peers_.find(site);
  return found == peers_.end() ? RemovalCause::kSilent : found->second.cause;
}

MonotonicTime FailureDetector::suspected_at(SiteId site) const {
  const auto found = peers_.find(site);
  return found == peers_.end() ? kNever : found->second.suspected_at;
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
  return !members_.empty() && now <= lease_until();
}

MonotonicTime FailureDetector::lease_until(const std::vector<SiteLife>& members) const {
  // The members by when we sent what they echoed last, youngest first: the lease lasts as long as
  // some first part of them is a quorum.
  std::vector<std::pair<MonotonicTime, bool>> ends;
  for (std::size_t rank = 0; rank < members.size(); ++rank) {
    const SiteLife& member = members[rank];
    const auto found = peers_.find(member.site);
    MonotonicTime end = kNever;
    if (member != self_) {
      end = found == peers_.end() ? MonotonicTime{} : found->second.echoed + timers_.lease;
    }
    ends.emplace_back(end, rank == 0);
  }
  std::sort(ends.begin(), ends.end(), std::greater<>());
  bool oldest = false;
  for (std::size_t present = 1; present <= ends.size(); ++present) {
    oldest = oldest || ends[present - 1].second;
    if (is_quorum(present, ends.size(), oldest)) return ends[present - 1].first;
  }
  return MonotonicTime{};
}

}  // namespace cohort::core
