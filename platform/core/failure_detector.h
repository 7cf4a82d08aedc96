/// Who is silent, and whether this site may act (its lease).
///
/// Every Status carries the sender's clock and echoes the newest clock of the receiver. A site is
/// *heard* when it echoes us: that covers both directions of the link. All times are this site's
/// own; the lease counts from when the echoed Status was *sent* (E6), so that echoes that waited in
/// a buffer prolong nothing. A pause of our own credits the others (not the lease).
/// Source: platform rulings 14 and 16; docs/protocol/failure-detection.md.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "platform/base/ids.h"
#include "platform/base/time.h"
#include "platform/core/timers.h"
#include "platform/wire/view_records.h"

namespace cohort::core {

class StateDigest;

class FailureDetector {
 public:
  explicit FailureDetector(SiteLife self) : self_(self) {}

  /// The members of the view that counts now, oldest first; suspicions start anew.
  void install(const std::vector<SiteLife>& members, MonotonicTime now);

  /// From the next look on. The plant's operators may change them with a view.
  void set_timers(const Timers& timers) { timers_ = timers; }

  /// Notices a pause of our own; call at the start of each step.
  void on_step(MonotonicTime now);
  void on_status(SiteId site, std::int64_t sent_ns, std::int64_t echo_ns, MonotonicTime now);
  /// The peer's daemon has exited: certain, no waiting.
  void on_process_gone(SiteId site);
  /// Another life of the site is heard of: nothing known of the old one's clock holds any more.
  void on_new_life(SiteId site);
  /// The member's life is over: another one of its site has been heard of.
  void on_life_over(SiteId site);
  /// Withdraws suspicions of sites that are heard again: for a site that finds no quorum, so that
  /// sites which lost each other for a while and all suspect each other can go on (H12).
  void forgive_heard(MonotonicTime now);
  /// Withdraws what is over of guesses from silence alone: for a site that has acted upon none of
  /// them, as nobody else has confirmed them.
  void withdraw_ended_silences(MonotonicTime now);
  /// The site has told us whom it suspects, or that it wants a ballot, as its eldest: so it hears
  /// us, although it may not echo one that it has voted out.
  void on_told_as_eldest(SiteId site, MonotonicTime now);
  /// Evidence from elsewhere, for example "its marker did not come".
  void accuse(SiteId site, wire::RemovalCause cause, std::string reason);

  /// What a Status to the site should echo; 0: nothing heard yet. Remembers that it was echoed.
  std::int64_t echo_for(SiteId site);
  /// When the newest clock that was echoed to any life of the site had arrived: no lease of the
  /// site that rests on our echoes lasts longer than Timers::lease from then, however often it was
  /// repeated (E6).
  std::optional<MonotonicTime> last_echo_to(SiteId site) const;

  /// Looks at the clock; returns true where a site became suspected.
  bool check(MonotonicTime now);
  bool suspected(SiteId site) const;
  /// Known to be gone as a process: no lease of its needs to be waited for.
  bool certainly_gone(SiteId site) const;
  std::string evidence(SiteId site) const;
  wire::RemovalCause cause(SiteId site) const;
  /// Since when the site is suspected; kNever: it is not.
  MonotonicTime suspected_at(SiteId site) const;
  /// When a member became suspected last; kNever: none is.
  MonotonicTime suspected_since() const { return suspected_since_; }
  std::int64_t silent_for_ms(SiteId site, MonotonicTime now) const;

  /// A quorum of the view has echoed a Status that we sent at most Timers::lease ago.
  bool lease_valid(MonotonicTime now) const;
  /// Until when the echoes that have come allow this site to act; kNever where it needs none.
  MonotonicTime lease_until() const { return lease_until(members_); }
  /// The same by the rules of another view: whose members must be a quorum of it.
  MonotonicTime lease_until(const std::vector<SiteLife>& members) const;
  /// False: so many members are certainly gone that the rest can never be a quorum of this view.
  bool quorum_possible() const;

  /// What this one holds that decides what it will do (state_digest.h).
  void add_to(StateDigest& digest) const;

 private:
  struct Peer {
    std::int64_t newest_sent_ns = 0;  ///< its clock, what we echo
    MonotonicTime newest_arrival{};   ///< when that came
    MonotonicTime echoed{};           ///< our clock: when we sent what it echoed last
    MonotonicTime base{};             ///< silence is counted from the later of echoed and base
    MonotonicTime told_us{};          ///< when it took us for its eldest last
    MonotonicTime last_arrival{};
    double mean_gap_ms = 100;   ///< smoothed gap between its Status frames
    double deviation_ms = 0;    ///< smoothed deviation of the gap
    double longest_gap_ms = 0;  ///< the longest one of late; fades away
    std::optional<MonotonicTime> echo_sent;
    MonotonicTime suspected_at = kNever;
    bool gone = false;
    wire::RemovalCause cause = wire::RemovalCause::kSilent;
    std::string evidence;
  };

  Duration timeout(const Peer& peer) const;
  void withdraw(Peer& peer);
  void suspect(Peer& peer, wire::RemovalCause cause, std::string evidence, MonotonicTime now);
  std::string own_pauses(MonotonicTime now) const;

  SiteLife self_;
  Timers timers_;
  std::vector<SiteLife> members_;
  std::map<SiteId, Peer> peers_;
  MonotonicTime last_step_{};
  Duration longest_pause_{0};  ///< of our own, within the last kPauseMemory
  MonotonicTime longest_pause_at_{};
  MonotonicTime suspected_since_ = kNever;
};

}  // namespace cohort::core
