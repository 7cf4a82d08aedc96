// The member's side of a view change: promise, fetch, accept, install.
#include <algorithm>

#include "platform/base/instrument.h"
#include "platform/base/limits.h"
#include "platform/core/view_change.h"

namespace cohort::core {

using wire::ViewValue;

namespace {
/// A ballot may arrive a moment before this site has itself seen what it rests on: an elder's exit.
constexpr Duration kElderWait = millis(40);
}  // namespace

bool ViewChange::outranked(const wire::Wedge& wedge, SiteId from) {
  if (acceptor_.promised_view != wedge.view || wedge.ballot >= acceptor_.promised) return false;
  COHORT_PROBE("view.promised_higher");
  send(from, wire::WedgeRefusal{wedge.view, wedge.ballot, acceptor_.promised});
  return true;
}

std::vector<wire::Removal> ViewChange::unsuspected_elders(const wire::Wedge& wedge) const {
  std::vector<wire::Removal> elders;
  for (std::size_t rank = 0; rank < wedge.ballot.rank && rank < basis_.members.size(); ++rank) {
    const SiteLife& elder = basis_.members[rank];
    if (detector_.suspected(elder.site) || leavers_.contains(elder.site)) continue;
    elders.push_back(
        {elder, wire::RemovalCause::kBrokenLink, "accused by a younger site's ballot"});
  }
  return elders;
}

/// H12: promises only to a site all of whose elders this site suspects too (or which are leaving).
void ViewChange::try_promise(SiteId from, const wire::Wedge& wedge) {
  if (outranked(wedge, from)) return;
  std::vector<wire::Removal> elders = unsuspected_elders(wedge);
  if (elders.empty()) {
    acceptor_.undecided.reset();
    promise(from, wedge, false);
    return;
  }
  if (!acceptor_.undecided || acceptor_.undecided->second.ballot != wedge.ballot) {
    COHORT_PROBE("view.promise_awaits_evidence");
    acceptor_.undecided = {from, wedge};
    acceptor_.undecided_until = context_.now + kElderWait;
    return;
  }
  if (context_.now < acceptor_.undecided_until) return;
  COHORT_PROBE("view.promise_refused");
  acceptor_.undecided.reset();
  if (const auto rank = basis_.rank_of(from)) {
    on_accusation(context_.self.site, {basis_.number, basis_.members[*rank], std::move(elders)});
  }
  send(from, wire::WedgeRefusal{wedge.view, wedge.ballot, wedge.ballot});
}

void ViewChange::retry_promise() {
  if (!acceptor_.undecided || !basis_.operational) return;
  const auto [from, wedge] = *acceptor_.undecided;
  if (wedge.view == basis_.number) {
    try_promise(from, wedge);
  } else {
    acceptor_.undecided.reset();
  }
}

void ViewChange::on_wedge(SiteId from, const wire::Wedge& wedge) {
  if (wedge.forming) {
    if (basis_.operational || wedge.view < basis_.number) return;
    // It asks who had told it that they knew that view; those who do not are told (votes()).
    if (wedge.view > basis_.number) {
      COHORT_PROBE("view.wedge_beyond_the_log");
      return;
    }
    if (!outranked(wedge, from)) promise(from, wedge, false);
    return;
  }
  if (!basis_.operational) {
    promise(from, wedge, true);
    return;
  }
  if (wedge.view < basis_.number) {
    COHORT_PROBE("view.wedge_of_old_view");
    on_commit_request(from, {wedge.view});
  } else if (wedge.view == basis_.number && basis_.rank_of(from)) {
    try_promise(from, wedge);
  }
}

void ViewChange::promise(SiteId from, const wire::Wedge& wedge, bool joining) {
  wire::WedgeAnswer answer;
  answer.view = wedge.view;
  answer.ballot = wedge.ballot;
  answer.joining = joining;
  if (joining) {
    send(from, answer);
    return;
  }
  acceptor_.promised = wedge.ballot;
  acceptor_.promised_view = wedge.view;
  acceptor_.fetching.reset();
  proposer_.greatest_round = std::max(proposer_.greatest_round, wedge.ballot.round);
  if (basis_.operational) {
    plane_.freeze();
    answer.report = plane_.report();
    COHORT_PROBE("view.promised");
  }
  if (acceptor_.accepted && acceptor_.accepted_view == wedge.view + 1 &&
      !COHORT_MUTANT("no_adoption")) {
    COHORT_PROBE("view.promised_with_value");
    answer.accepted = acceptor_.accepted;
  }
  if (!wedge.forming) {
    send(from, answer);
    return;
  }
  answer.plant = basis_.plant;
  // While forming, sites vote, not lives: a later life must stand by what this one promises.
  const std::uint64_t token = next_token_++;
  acceptor_.promising[token] = {from, std::move(answer)};
  write({wire::ViewLogRecord::Kind::kPromised, wedge.view + 1, wedge.ballot, {}}, token);
}

void ViewChange::on_fetch(SiteId from, const wire::Fetch& fetch) {
  if (!basis_.operational || fetch.view != basis_.number) return;
  if (acceptor_.promised != fetch.ballot) return;
  acceptor_.fetching = fetch;
  acceptor_.fetch_for = from;
  acceptor_.fetch_turn = 0;
  ask_for_entries();
  continue_fetching();
}

void ViewChange::ask_for_entries() {
  const ViewValue& value = acceptor_.waiting ? acceptor_.waiting->value : acceptor_.fetching->value;
  std::map<std::uint32_t, std::vector<wire::StreamPlace>> wanted;
  for (const wire::Holding& holding : plane_.lacking(value)) {
    // A holder that does not answer is passed over in turn: others may hold it too.
    const std::size_t holder = (holding.holder + acceptor_.fetch_turn) % basis_.members.size();
    wanted[static_cast<std::uint32_t>(holder)].push_back(holding.place);
  }
  for (auto& [holder, places] : wanted) {
    if (basis_.members[holder] == context_.self) continue;
    if (places.size() > 4096) places.resize(4096);
    send(basis_.members[holder].site, wire::EntriesRequest{basis_.number, places});
  }
  if (!wanted.empty()) COHORT_PROBE("view.entries_asked");
  if (wanted.size() > 1) COHORT_PROBE("view.entries_of_several");
  acceptor_.fetch_retry = wanted.empty() ? kNever : context_.now + millis(200);
}

void ViewChange::retry_fetching() {
  if (acceptor_.fetch_retry > context_.now) return;
  acceptor_.fetch_retry = kNever;
  if (!acceptor_.fetching && !acceptor_.waiting) return;
  COHORT_PROBE("view.fetch_retried");
  ++acceptor_.fetch_turn;
  ask_for_entries();
}

void ViewChange::on_entries_request(SiteId from, const wire::EntriesRequest& request) {
  if (!basis_.operational || request.view != basis_.number) return;
  const auto rank = basis_.rank_of(from);
  if (!rank) return;
  wire::Entries answer{request.view, {}};
  std::size_t bytes = 0;
  for (const wire::StreamPlace& place : request.places) {
    auto frame = plane_.frame_of(place, *rank);
    if (!frame) COHORT_PROBE("view.entry_not_here");
    if (!frame || frame->kind == wire::EntryKind::kHeader) continue;
    if (frame->payload.size() > plane_.flow().limits().part) {
      send_in_pieces(from, place.origin, std::move(*frame));
      continue;
    }
    bytes += frame->payload.size() + 64;
    const bool full = bytes > limits::kFrameBytes || COHORT_BUGGIFY("view.one_entry_a_frame");
    if (full && !answer.entries.empty()) {
      send(from, answer);
      answer.entries.clear();
      bytes = frame->payload.size();
    }
    answer.entries.emplace_back(place.origin, std::move(*frame));
  }
  if (!answer.entries.empty()) send(from, answer);
}

/// On the data channel, so that heartbeats need not wait behind a large message.
void ViewChange::send_in_pieces(SiteId to, std::uint32_t origin, wire::StreamFrame frame) {
  const Bytes payload = std::exchange(frame.payload, {});
  const std::size_t part = plane_.flow().limits().part;
  for (std::size_t at = 0; at < payload.size(); at += part) {
    const auto from = payload.begin() + static_cast<std::ptrdiff_t>(at);
    const std::size_t length = std::min(part, payload.size() - at);
    const wire::EntryPiece piece{basis_.number,
                                 origin,
                                 at,
                                 payload.size(),
                                 Bytes(from, from + static_cast<std::ptrdiff_t>(length)),
                                 frame};
    sessions_.send(to, Channel::kData, piece);
  }
}

void ViewChange::on_entry_piece(wire::EntryPiece piece) {
  if (!basis_.operational || piece.view != basis_.number || !plane_.frozen()) return;
  // Pieces that come are progress: neither another holder nor the end of patience is due (E19).
  if (acceptor_.fetch_retry != kNever) acceptor_.fetch_retry = context_.now + millis(200);
  if (acceptor_.waiting) acceptor_.waiting_since = context_.now;
  if (!plane_.add_piece(std::move(piece))) return;
  COHORT_PROBE("view.entries_fetched");
  continue_fetching();
  try_install_waiting();
}

void ViewChange::on_entries(const wire::Entries& entries) {
  if (!basis_.operational || entries.view != basis_.number || !plane_.frozen()) return;
  for (const auto& [origin, frame] : entries.entries) plane_.add_fetched(origin, frame);
  COHORT_PROBE("view.entries_fetched");
  continue_fetching();
  try_install_waiting();
}

void ViewChange::continue_fetching() {
  if (!acceptor_.fetching || !plane_.lacking(acceptor_.fetching->value).empty()) return;
  COHORT_PROBE("view.held");
  const wire::Held held{acceptor_.fetching->view, acceptor_.fetching->ballot};
  acceptor_.fetching.reset();
  acceptor_.fetch_retry = kNever;
  send(acceptor_.fetch_for, held);
}

void ViewChange::on_propose(SiteId from, const wire::Propose& propose) {
  const bool same_kind = propose.forming != basis_.operational;
  if (!same_kind || acceptor_.promised_view != propose.view) return;
  if (acceptor_.promised != propose.ballot) {
    COHORT_PROBE("view.proposal_too_late");
    return;
  }
  acceptor_.accepted = wire::Acceptance{propose.ballot, propose.value};
  acceptor_.accepted_view = propose.value.view;
  COHORT_PROBE("view.accepted");
  acceptor_.silenced.clear();
  for (const SiteLife& member : basis_.members) {
    const auto& stay = propose.value.members;
    if (std::find(stay.begin(), stay.end(), member) == stay.end()) {
      acceptor_.silenced.insert(member.site);
    }
  }
  acceptor_.silenced.erase(context_.self.site);
  const std::uint64_t token = next_token_++;
  acceptor_.writing[token] = {propose.view, propose.ballot, from};
  write({wire::ViewLogRecord::Kind::kAccepted, propose.value.view, propose.ballot, propose.value},
        token);
}

void ViewChange::on_commit_request(SiteId from, const wire::CommitRequest& request) {
  if (!last_commit_ || last_commit_->value.view <= request.view) return;
  COHORT_PROBE("view.commit_told_again");
  send(from, *last_commit_);
}

bool ViewChange::awaits(SiteLife life) const {
  if (!acceptor_.waiting) return false;
  const auto& members = acceptor_.waiting->value.members;
  return std::find(members.begin(), members.end(), life) != members.end();
}

void ViewChange::on_commit(const wire::Commit& commit, bool fresh) {
  const ViewValue& value = commit.value;
  if (value.view <= basis_.number || context_.stopped) {
    COHORT_PROBE("view.commit_known");
    return;
  }
  if (commit.forming && !basis_.operational) {
    commit_forming(commit);
    return;
  }
  const bool member =
      std::find(value.members.begin(), value.members.end(), context_.self) != value.members.end();
  if (!basis_.operational) {
    if (member) COHORT_PROBE("view.joined");
    if (member) install(commit, false);
    return;
  }
  if (!member || value.view > basis_.number + 1) {
    const bool asked_to_go = value.plant.host(context_.self.site) == nullptr;
    if (!member && (leaving_ || asked_to_go)) {
      return leave_after_the_others(commit,
                                    asked_to_go ? "removed from the plant by an operator" : "left");
    }
    COHORT_PROBE("view.removed");
    std::string reason = "removed from the site view";
    for (const wire::Removal& removal : value.removed) {
      if (removal.site == context_.self) reason += ": " + removal.reason;
    }
    context_.fail_stop(std::move(reason));
    return;
  }
  // The same commit told again must not begin the wait anew: what is lacking may be gone for good.
  if (acceptor_.waiting && acceptor_.waiting->value.view == value.view) return;
  plane_.freeze();
  acceptor_.waiting = commit;
  acceptor_.waiting_since = context_.now;
  acceptor_.waiting_fresh = fresh;
  acceptor_.fetching.reset();
  acceptor_.fetch_turn = 0;
  ask_for_entries();
  try_install_waiting();
}

/// H20: without this site the others may be no quorum of the old view, so it stays until all of
/// them have the new one.
void ViewChange::leave_after_the_others(const wire::Commit& commit, std::string reason) {
  if (leave_at_ != kNever) return;
  last_commit_ = commit;
  for (const SiteLife& life : commit.value.members) {
    if (basis_.holds(life)) leave_awaits_.insert(life.site);
  }
  leave_at_ = context_.now + context_.timers.quorum_loss_restart;
  leave_reason_ = std::move(reason);
}

void ViewChange::try_install_waiting() {
  if (!acceptor_.waiting) return;
  if (plane_.lacking(acceptor_.waiting->value).empty()) {
    // A site that slept may find this commit in its buffers long after the others went on to a view
    // without it: what the commit delivers is an act like any other, and needs the lease (E6). So
    // does the coordinator that has only finished what another one had chosen.
    // Where this site formed the value itself, that of the view that ends is enough: it may have
    // slept since, and another one may have finished its value.
    const bool lease = detector_.lease_until(acceptor_.waiting->value.members) >= context_.now ||
                       (acceptor_.waiting_fresh && detector_.lease_valid(context_.now));
    if (!lease && !COHORT_MUTANT("install_without_lease")) {
      COHORT_PROBE("view.install_awaits_lease");
      return;
    }
    const wire::Commit commit = *acceptor_.waiting;
    if (context_.now > acceptor_.waiting_since) COHORT_PROBE("view.installed_after_fetch");
    install(commit, false);
  } else if (context_.now - acceptor_.waiting_since > context_.timers.ballot_timeout) {
    // H9: what this site lacks is freed elsewhere; it comes back with a transferred state.
    COHORT_PROBE("view.cut_lost");
    context_.fail_stop("the messages before view " + std::to_string(acceptor_.waiting->value.view) +
                       " cannot be had any more");
  }
}

bool ViewChange::gives_up_lease() const {
  if (!acceptor_.accepted || !basis_.operational) return false;
  const auto& members = acceptor_.accepted->value.members;
  return std::find(members.begin(), members.end(), context_.self) == members.end();
}

void ViewChange::install(const wire::Commit& commit, bool forming) {
  const ViewValue& value = commit.value;
  settled_at_ =
      std::max(settled_at_, context_.now + millis(static_cast<std::int64_t>(commit.settles_ms)));
  Install news{value, basis_.operational ? basis_.members : std::vector<SiteLife>{}, forming,
               plant_changes_.on_install(value.plant_outcomes)};
  if (basis_.operational) plane_.close(value);
  write({wire::ViewLogRecord::Kind::kCommitted, value.view, {}, value}, next_token_++);
  basis_ = {value.view, value.members, value.incarnations, value.overrides, value.plant, true};
  context_.timers = timers_of(value.plant);
  detector_.set_timers(context_.timers);
  for (const wire::Removal& removal : value.removed) {
    removals_.emplace_back(value.view, removal);
    if (removals_.size() > limits::kSitesPerPlant) removals_.erase(removals_.begin());
  }
  last_commit_ = wire::Commit{value.view - 1, value, forming, commit.settles_ms};
  // Rounds of forming ballots lie above all others: the ballots of a working view begin below.
  const std::uint64_t round = proposer_.greatest_round % kFormingRound;
  acceptor_ = Acceptor();
  proposer_ = Proposer();
  proposer_.greatest_round = round;
  accusations_.clear();
  ballot_asked_ = false;
  leavers_.clear();
  if (leaving_) ask_to_leave();
  for (const SiteLife& member : value.members) joining_.erase(member.site);
  std::erase_if(joining_,
                [&](const auto& asking) { return value.plant.host(asking.first) == nullptr; });
  // A life that was listed once and is not any more never comes back (V9), whatever it still asks.
  if (!joining_.empty()) COHORT_PROBE("view.still_joining");
  std::erase_if(joining_, [&](const auto& asking) {
    if (COHORT_MUTANT("a_dead_life_joins")) return false;
    return std::any_of(value.incarnations.begin(), value.incarnations.end(), [&](SiteLife seen) {
      return seen.site == asking.first && seen.incarnation >= asking.second.life.incarnation;
    });
  });
  detector_.install(value.members, context_.now);
  on_install(news);
}

}  // namespace cohort::core
