// What the parts that deal with other sites, with views and with clients hold (state_digest.h).
#include "platform/core/client_port.h"
#include "platform/core/router.h"
#include "platform/core/state_digest.h"
#include "platform/core/view_change.h"

namespace cohort::core {

namespace {
/// Older than this is as old as anything for whoever looks at it.
constexpr Duration kLongAgo = seconds(10);
}  // namespace

/// Where no connection is ever made anew, the numbers of frames and what is kept to be sent again
/// decide nothing: frames come in the order of sending, once. Whether something is unacknowledged
/// counts; how many bytes, for who may send, is asked of Flow.
void Sessions::add_to(StateDigest& digest) const {
  for (const auto& [site, peer] : peers_) {
    digest.add(site, peer.life, peer.heard);
    for (const Session& session : peer.channels) {
      digest.add(session.link_up, session.established, session.acknowledged != session.received);
    }
  }
}

void FailureDetector::add_to(StateDigest& digest) const {
  digest.add(members_, last_step_, suspected_since_);
  for (const auto& [site, peer] : peers_) {
    digest.add(site, MonotonicTime(Duration(peer.newest_sent_ns)), peer.newest_arrival, peer.echoed,
               peer.base, peer.last_arrival, peer.echo_sent, peer.suspected_at, peer.gone);
    if (peer.suspected_at != kNever) digest.add(peer.cause);
    digest.add_young(peer.told_us, kLongAgo);
    if (!digest.silence()) continue;
    digest.add(peer.mean_gap_ms, peer.deviation_ms, peer.longest_gap_ms);
  }
}

void PlantChanges::add_to(StateDigest& digest) const {
  digest.add(owed_, collected_, next_number_);
  digest.add_young(told_, kLongAgo);
}

void ViewChange::add_to(StateDigest& digest) const {
  digest.add(plant_changes_, basis_, joining_, accusations_, leavers_, ballot_asked_, leaving_,
             leave_at_, leave_awaits_, log_blank_, forcing_, last_commit_, next_token_);
  digest.add_young(settled_at_, kLongAgo);
  digest.add_young(told_at_, kLongAgo);
  digest.add_young(ballot_asked_at_, kLongAgo);
  digest.add_young(leave_asked_, kLongAgo);
  digest.add_young(operational_heard_, kLongAgo);
  if (!basis_.operational) digest.add_young(started_, kLongAgo);
  const Acceptor& a = acceptor_;
  digest.add(a.promised, a.promised_view, a.accepted, a.accepted_view, a.writing, a.promising,
             a.undecided, a.undecided_until, a.silenced, a.fetching, a.fetch_for, a.fetch_retry,
             a.fetch_turn, a.waiting, a.waiting_since, a.waiting_fresh);
  const Proposer& p = proposer_;
  digest.add(p.phase, p.view, p.ballot, p.forming, p.basis, p.survivors, p.voters, p.joiners,
             p.answers, p.lives, p.plant, p.value, p.fresh, p.held, p.accepted, p.echoed, p.since,
             p.not_before, p.greatest_round, p.failure.starts_with("no quorum"));
}

void Router::add_to(StateDigest& digest) const {
  digest.add(parked_, table_at_start_, table_turn_);
  for (const auto& [site, asked] : commit_asked_) {
    digest.add(site);
    digest.add_young(asked, millis(100));
  }
}

void ClientPort::add_to(StateDigest& digest) const {
  digest.add_young(settled_at, kLongAgo);
  digest.add(processes_, asked_, plant_asked_, site_view_, next_process_, serving_, urgent_,
             pumped_);
  for (const auto& [handle, c] : clients_) {
    digest.add(handle, c.process, c.hello, c.sent_anything, c.queue, c.receiving != nullptr,
               c.part_at, c.waits_for, c.change_token, c.flushes, c.monitors, c.outgoing, c.quiet);
    digest.add(c.unread_bytes, c.last_read, c.direct_bytes, c.slow, c.senders, c.closing,
               c.failure_told);
  }
}

}  // namespace cohort::core
