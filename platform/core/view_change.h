/// Site views: what view k+1 is, is one consensus instance among the members of view k (platform
/// rulings 4 and 15). Composes the acceptor, the proposer and the forming of a first view; the cut
/// itself is computed in cut.h.
///
/// A ballot: WEDGE (promise, freeze, report) -> FETCH (hold the cut) -> PROPOSE (accept, durable)
/// -> wait out the leases of who is dropped -> COMMIT. A value that may have been chosen is
/// adopted. Source: docs/protocol/view-change.md.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "platform/core/context.h"
#include "platform/core/data_plane.h"
#include "platform/core/failure_detector.h"
#include "platform/core/plant_changes.h"
#include "platform/core/protocols_process.h"
#include "platform/core/sessions.h"

namespace cohort::core {

class StateDigest;

/// What this site knows of the views: the one that it is in, or the last one in its log.
struct ViewBasis {
  std::uint64_t number = 0;
  std::vector<SiteLife> members;    ///< oldest first
  wire::Incarnations incarnations;  ///< the greatest ever seen in a view, by site
  std::vector<wire::Override> overrides;
  wire::PlantRecord plant;   ///< hosts and timers that hold in it
  bool operational = false;  ///< this life is a member and has not stopped

  std::optional<std::size_t> rank_of(SiteId site) const;
  bool holds(SiteLife life) const;
};

/// The first round of ballots that form a view. They outrank every ballot of a working view: whose
/// lives are over when a forming site answers.
inline constexpr std::uint64_t kFormingRound = std::uint64_t{1} << 32;

/// A joining site that has said nothing for this long is not waited for.
inline constexpr Duration kJoinerAge = millis(1000);

class ViewChange {
 public:
  /// What the composer does at an install; called once for each new view of this life.
  struct Install {
    wire::ViewValue value;
    std::vector<SiteLife> old_members;  ///< empty where this life was no member
    bool forming = false;
    std::vector<wire::PlantOutcome> own_outcomes;  ///< of requests that this site took
  };
  /// Until when, at this site's clock, processes of sites that have gone may still act (E7).
  MonotonicTime settled_at() const { return settled_at_; }
  /// This life's clients may act no more, whoever still echoes it: it has accepted a view without
  /// itself.
  bool gives_up_lease() const;

  ViewChange(Context& context, Sessions& sessions, FailureDetector& detector, DataPlane& plane,
             const Settings& settings);

  const ViewBasis& basis() const { return basis_; }
  std::function<void(const Install&)> on_install;

  // ---- frames
  void on_accusation(SiteId from, const wire::Accusation& accusation);
  void on_wedge(SiteId from, const wire::Wedge& wedge);
  void on_answer(SiteId from, const wire::WedgeAnswer& answer);
  void on_refusal(SiteId from, const wire::WedgeRefusal& refusal);
  void on_fetch(SiteId from, const wire::Fetch& fetch);
  void on_held(SiteId from, const wire::Held& held);
  void on_propose(SiteId from, const wire::Propose& propose);
  void on_accepted(SiteId from, const wire::Accepted& accepted);
  /// `own`: this site has decided it in this very step.
  void on_commit(const wire::Commit& commit, bool fresh = false);
  void on_commit_request(SiteId from, const wire::CommitRequest& request);
  void on_former_view(const wire::FormerView& former);
  void on_entries_request(SiteId from, const wire::EntriesRequest& request);
  void on_entries(const wire::Entries& entries);
  void on_entry_piece(wire::EntryPiece piece);
  void on_leave_request(SiteId from);
  void on_plant_request(const wire::PlantRequest& request);
  void on_plant_update(const wire::PlantUpdate& update);
  /// The others have removed this life.
  void on_dead(SiteId from, const wire::Dead& dead);
  /// Any Status: members, joining sites, and lives that are over.
  void on_status(SiteId from, const wire::Status& status);
  /// A Status of a member of this site's view.
  void on_member_status(SiteId from, const wire::Status& status);

  /// An operator's change of the plant; its outcome comes with an install. Errors: kNotServing,
  /// those of PlantChanges::submit().
  Result<wire::PlantRequestId> change_plant(wire::PlantChange change);
  /// A hash of who may form the first view; 0: this site does not.
  std::uint64_t founders() const;

  // ---- inputs
  void on_store_done(std::uint64_t token);
  void leave();
  /// An operator's word: form a view of the sites that are heard, without a quorum. It outranks
  /// every view that was formed without it, for ever.
  /// Errors: kRefused, with what to do. Ensures: durable here before anything acts on it.
  Result<std::uint64_t> force_form(const std::string& who);
  /// Time, suspicions, progress of the ballot.
  void tick();
  MonotonicTime next_deadline() const;

  /// The last view in the log, for Status frames of a joining site.
  const ViewBasis& log() const { return basis_; }
  bool log_blank() const { return log_blank_; }
  /// Sites that must not be echoed: a value that drops them was accepted (E6).
  bool echoes(SiteId site) const { return !acceptor_.silenced.contains(site); }
  bool leaving() const { return leaving_; }
  /// A view is committed that this site may not install yet.
  bool install_waits() const { return acceptor_.waiting.has_value(); }
  /// The life is a member of that view, so its echoes count already.
  bool awaits(SiteLife life) const;
  /// Where this site stands in view changes, in a word: joining, forming, member, promised,
  /// committed, and as the coordinator of a ballot wedging, fetching, proposing, leases.
  std::string_view stage() const;
  /// Why a site was removed from a view, newest last.
  const std::vector<std::pair<std::uint64_t, wire::Removal>>& removals() const { return removals_; }

  /// What this one holds that decides what it will do (state_digest.h).
  void add_to(StateDigest& digest) const;

 private:
  struct Acceptor {
    wire::Ballot promised;            ///< round 0: none
    std::uint64_t promised_view = 0;  ///< the instance of the promise
    std::optional<wire::Acceptance> accepted;
    std::uint64_t accepted_view = 0;  ///< the instance of `accepted`
    struct Writing {
      std::uint64_t view = 0;
      wire::Ballot ballot;
      SiteId proposer;
    };
    std::map<std::uint64_t, Writing> writing;  ///< acceptances that are not durable yet, by token
    std::map<std::uint64_t, std::pair<SiteId, wire::WedgeAnswer>>
        promising;                                            ///< the same, promises
    std::optional<std::pair<SiteId, wire::Wedge>> undecided;  ///< an elder may be gone: soon known
    MonotonicTime undecided_until = kNever;
    std::set<SiteId> silenced;
    std::optional<wire::Fetch> fetching;  ///< what is being fetched, for its proposer
    SiteId fetch_for;
    MonotonicTime fetch_retry = kNever;
    std::size_t fetch_turn = 0;
    std::optional<wire::Commit> waiting;  ///< committed, not all of it held yet
    MonotonicTime waiting_since = kNever;
    bool waiting_fresh = false;  ///< nobody can have installed it before this site
  };
  enum class Phase : std::uint8_t { kIdle, kWedging, kFetching, kProposing, kLeases };
  struct Proposer {
    Phase phase = Phase::kIdle;
    std::uint64_t view = 0;
    wire::Ballot ballot;
    bool forming = false;
    ViewBasis basis;                ///< whose members vote
    std::vector<SiteId> survivors;  ///< of the view, meant to stay
    std::vector<SiteId> voters;     ///< who is asked: survivors and who leaves politely
    std::vector<SiteLife> joiners;
    std::map<SiteId, wire::WedgeAnswer> answers;
    std::map<SiteId, SiteLife> lives;  ///< of who answered, at the answer
    PlantChanges::Next plant;          ///< the record that the value will carry
    wire::ViewValue value;
    bool fresh = false;  ///< the value was formed in this ballot, not adopted
    std::set<SiteId> held;
    std::set<SiteId> accepted;
    std::map<SiteId, MonotonicTime> echoed;  ///< the youngest echo to each dropped site
    MonotonicTime since{};
    MonotonicTime not_before{};  ///< back-off after a ballot that failed
    std::uint64_t greatest_round = 0;
    std::string failure;  ///< why the last ballot came to nothing
  };
  struct Joining {
    SiteLife life;
    wire::Status status;  ///< with what its log says
    MonotonicTime heard{};
  };
  /// What one member holds against another.
  struct Accused {
    wire::Removal what;
    MonotonicTime since{};
    MonotonicTime told{};
  };

  void read(const wire::ViewLogRecord& record);

  // acceptor
  bool outranked(const wire::Wedge& wedge, SiteId from);
  std::vector<wire::Removal> unsuspected_elders(const wire::Wedge& wedge) const;
  void try_promise(SiteId from, const wire::Wedge& wedge);
  void retry_promise();
  void promise(SiteId from, const wire::Wedge& wedge, bool joining);
  void write(const wire::ViewLogRecord& record, std::uint64_t token);
  void ask_for_entries();
  void send_in_pieces(SiteId to, std::uint32_t origin, wire::StreamFrame frame);
  void continue_fetching();
  void retry_fetching();
  void try_install_waiting();
  void install(const wire::Commit& commit, bool forming);
  void commit_forming(const wire::Commit& commit);

  // proposer
  bool can_join(SiteId site, const Joining& joining) const;
  bool wants_change() const;
  bool settled() const;
  bool needs_two_accusers() const;
  void withdraw_ended_silences();
  bool lone_edge(SiteId a, SiteId b) const;
  bool accused(SiteId by, SiteId who) const;
  bool must_go(SiteId site, const std::vector<SiteId>& kept) const;
  SiteId coordinator() const;
  std::vector<SiteId> choose_survivors() const;
  void try_start();
  void start(bool forming, std::uint64_t view, std::size_t rank);
  void watch_ballot();
  void drop_suspected();
  void decide();
  void form_value();
  std::vector<wire::Removal> removals_for(const std::vector<SiteId>& survivors) const;
  wire::Removal removal_of(SiteLife member) const;
  void after_decision(bool adopted);
  void propose();
  void try_commit();
  bool leases_over() const;
  std::uint64_t settles_ms() const;
  void commit();
  void abandon(const std::string& why);
  void leave_without_heirs();
  std::string lost_sites() const;
  static bool quorum(const std::vector<SiteLife>& members, const std::set<SiteId>& sites);
  void tell_suspicions();
  void forget_old_accusations();
  void watch_leave();
  void ask_to_leave();
  void ask_for_ballot();
  void accuse_late_sites();
  void send(SiteId site, const wire::PeerFrame& frame);
  void loop_back(const wire::PeerFrame& frame);

  void tell_plant_requests();
  bool agrees_on_founders(const Joining& joining);
  void leave_after_the_others(const wire::Commit& commit, std::string reason);

  // forming
  void tick_forming();
  ViewBasis forming_basis() const;
  bool votes(SiteId site, const ViewBasis& basis);
  void tell_former_view(SiteId to, const wire::Status& status);
  void note(const wire::ViewValue& value);
  wire::Incarnations greatest_lives(const ViewBasis& basis,
                                    const std::vector<SiteLife>& members) const;

  Context& context_;
  Sessions& sessions_;
  FailureDetector& detector_;
  DataPlane& plane_;
  std::vector<SiteId> first_sites_;
  PlantChanges plant_changes_;
  ViewBasis basis_;
  Acceptor acceptor_;
  Proposer proposer_;
  std::map<SiteId, Joining> joining_;
  std::set<SiteLife> founders_told_;  ///< whose plant files differ: said once
  std::map<std::pair<SiteId, SiteId>, Accused> accusations_;  ///< by accuser and accused
  MonotonicTime told_at_{};
  std::set<SiteId> leavers_;
  bool ballot_asked_ = false;  ///< a frozen member asks for a ballot that frees it
  MonotonicTime ballot_asked_at_{};
  bool leaving_ = false;
  MonotonicTime leave_asked_{};
  MonotonicTime leave_at_ = kNever;
  std::string leave_reason_ = "left";
  std::set<SiteId> leave_awaits_;  ///< of the view without this site: who has not installed it yet
  bool log_blank_ = true;  ///< nothing was in the log at the start, and nothing was written since
  std::optional<std::pair<std::uint64_t, wire::Commit>> forcing_;  ///< until durable: its token
  MonotonicTime started_{};
  MonotonicTime operational_heard_{};
  std::optional<wire::Commit> last_commit_;
  MonotonicTime settled_at_{};
  std::vector<std::pair<std::uint64_t, wire::Removal>> removals_;
  std::uint64_t next_token_ = 1;
};

}  // namespace cohort::core
