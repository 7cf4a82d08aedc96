// The coordinator's side of a view change: ballots, the value, the commit.
#include <algorithm>

#include "platform/base/instrument.h"
#include "platform/base/limits.h"
#include "platform/core/cut.h"
#include "platform/core/quorum.h"
#include "platform/core/view_change.h"

namespace cohort::core {

namespace {
constexpr Duration kJoinerWait = millis(300);
constexpr const char* kNoQuorum = "no quorum: ";
}  // namespace

bool ViewChange::quorum(const std::vector<SiteLife>& members, const std::set<SiteId>& sites) {
  std::size_t present = 0;
  for (const SiteLife& member : members) present += sites.contains(member.site) ? 1 : 0;
  if (COHORT_MUTANT("minority_continues")) return present > 0;
  return is_quorum(present, members.size(), sites.contains(members.front().site));
}

void ViewChange::try_start() {
  if (proposer_.phase != Phase::kIdle || context_.now < proposer_.not_before) return;
  if (acceptor_.waiting || coordinator() != context_.self.site) return;
  // Sites that lost each other are heard again one after the other: all of them count (U4).
  if (proposer_.failure.starts_with(kNoQuorum)) detector_.forgive_heard(context_.now);
  if (!wants_change()) return;
  if (!settled()) {
    COHORT_PROBE("view.settling");
    return;
  }
  start(false, basis_.number, *basis_.rank_of(context_.self.site));
}

void ViewChange::start(bool forming, std::uint64_t view, std::size_t rank) {
  const std::uint64_t round = std::max(proposer_.greatest_round, forming ? kFormingRound : 0) + 1;
  COHORT_PROBE(forming     ? "view.forming_begun"
               : round > 1 ? "view.ballot_again"
                           : "view.ballot_begun");
  std::string failure = std::move(proposer_.failure);
  proposer_ = Proposer();
  proposer_.failure = std::move(failure);
  proposer_.greatest_round = round;
  proposer_.phase = Phase::kWedging;
  proposer_.view = view;
  proposer_.ballot = {round, static_cast<std::uint32_t>(rank)};
  proposer_.forming = forming;
  proposer_.since = context_.now;
  proposer_.basis = forming ? forming_basis() : basis_;
  proposer_.plant =
      forming ? PlantChanges::Next{basis_.plant, {}} : plant_changes_.next(basis_.plant);
  if (forming) {
    for (const SiteLife& member : proposer_.basis.members) {
      if (votes(member.site, proposer_.basis)) proposer_.survivors.push_back(member.site);
    }
  } else {
    proposer_.survivors = choose_survivors();
    for (const auto& [site, joining] : joining_) {
      const bool listed = proposer_.plant.record.host(site) != nullptr;
      const bool room = proposer_.joiners.size() < proposer_.survivors.size();
      if (listed && room && can_join(site, joining)) proposer_.joiners.push_back(joining.life);
    }
  }
  if (!forming && proposer_.survivors.empty()) {
    leave_without_heirs();
    return;
  }
  proposer_.voters = proposer_.survivors;
  for (SiteId site : leavers_) {
    if (!forming && !detector_.suspected(site)) proposer_.voters.push_back(site);
  }
  for (const SiteLife& member : basis_.members) {
    // Who is removed by an operator votes for the last time.
    const SiteId site = member.site;
    const bool removed = !forming && proposer_.plant.record.host(site) == nullptr;
    const bool there = site == context_.self.site || !detector_.suspected(site);
    if (removed && there && !leavers_.contains(site)) proposer_.voters.push_back(site);
  }
  if (!quorum(proposer_.basis.members, {proposer_.voters.begin(), proposer_.voters.end()})) {
    COHORT_PROBE("view.no_quorum");
    abandon(std::string(kNoQuorum) + lost_sites());
    // Whoever is heard again is heard within a heartbeat of the first of them.
    proposer_.not_before += context_.timers.heartbeat;
    return;
  }
  context_.trace("event=ballot.begin site=" + to_string(context_.self) +
                 " view=" + std::to_string(view) + " round=" + std::to_string(round));
  const wire::Wedge wedge{view, proposer_.ballot, forming};
  const std::vector<SiteId> voters = proposer_.voters;
  const std::vector<SiteLife> joiners = proposer_.joiners;
  for (const SiteLife& joiner : joiners) send(joiner.site, wedge);
  for (SiteId site : voters) {
    if (site != context_.self.site) send(site, wedge);
  }
  send(context_.self.site, wedge);
}

void ViewChange::abandon(const std::string& why) {
  // A ballot that fails again for the same reason is not news.
  if (proposer_.failure != why) {
    context_.trace("event=ballot.abandoned site=" + to_string(context_.self) + " reason=\"" + why +
                   "\"");
  }
  proposer_.failure = why;
  proposer_.phase = Phase::kIdle;
  detector_.forgive_heard(context_.now);
  accusations_.clear();
  if (COHORT_MUTANT("hidden_random")) {
    static std::uint64_t calls = 0;
    for (std::uint64_t i = ++calls % 7; i > 0; --i) static_cast<void>(context_.rng.next());
  }
  proposer_.not_before =
      context_.now + millis(50) + millis(static_cast<std::int64_t>(context_.rng.below(150)));
}

/// This site leaves and hears nobody who stays.
void ViewChange::leave_without_heirs() {
  COHORT_PROBE("view.no_survivor_in_ballot");
  const bool others_stay =
      std::any_of(basis_.members.begin(), basis_.members.end(), [this](SiteLife member) {
        return !leavers_.contains(member.site) && !detector_.certainly_gone(member.site);
      });
  // Somebody who is merely not heard would wait for this site for ever (H20).
  if (others_stay && context_.now - leave_asked_ < context_.timers.quorum_loss_restart) {
    return abandon("nobody is heard to whom the plant could be left");
  }
  context_.fail_stop("left", true);
}

void ViewChange::on_refusal(SiteId, const wire::WedgeRefusal& refusal) {
  if (refusal.view != proposer_.view && proposer_.phase != Phase::kIdle) return;
  proposer_.greatest_round = std::max(proposer_.greatest_round, refusal.promised.round);
  if (proposer_.phase == Phase::kIdle || refusal.ballot != proposer_.ballot) return;
  COHORT_PROBE("view.refused");
  abandon("refused");
}

void ViewChange::on_answer(SiteId from, const wire::WedgeAnswer& answer) {
  if (proposer_.phase != Phase::kWedging || answer.ballot != proposer_.ballot) return;
  if (answer.view != proposer_.view) return;
  if (!proposer_.forming && from != context_.self.site) {
    // A voter answers as the member that it is; its next life may ask to join, not vote.
    const auto rank = basis_.rank_of(from);
    const bool member = rank && basis_.members[*rank] == sessions_.life(from);
    if (answer.joining ? rank.has_value() : !member) {
      COHORT_PROBE("view.answer_of_another_life");
      return;
    }
  }
  if (!proposer_.forming && !answer.joining && !well_formed(answer.report, basis_.members.size())) {
    return;
  }
  proposer_.answers[from] = answer;
  proposer_.lives[from] = from == context_.self.site ? context_.self : sessions_.life(from);
  decide();
}

void ViewChange::watch_ballot() {
  if (proposer_.phase == Phase::kIdle) return;
  if (context_.now - proposer_.since > context_.timers.ballot_timeout) {
    if (!proposer_.forming && proposer_.phase == Phase::kWedging) {
      for (SiteId site : proposer_.voters) {
        if (proposer_.answers.contains(site)) continue;
        detector_.accuse(site, wire::RemovalCause::kSlow, "it did not answer a ballot");
      }
    }
    COHORT_PROBE(proposer_.phase == Phase::kWedging    ? "view.timed_out_wedging"
                 : proposer_.phase == Phase::kFetching ? "view.timed_out_fetching"
                                                       : "view.timed_out_proposing");
    abandon("timed out");
    return;
  }
  drop_suspected();
  if (proposer_.phase == Phase::kWedging) decide();
  if (proposer_.phase == Phase::kFetching) propose();
  if (proposer_.phase == Phase::kProposing || proposer_.phase == Phase::kLeases) try_commit();
}

void ViewChange::drop_suspected() {
  if (proposer_.forming) return;
  const auto lost = [this](SiteId site) {
    return site != context_.self.site && detector_.suspected(site);
  };
  const std::size_t before = proposer_.voters.size();
  std::erase_if(proposer_.voters, lost);
  std::erase_if(proposer_.survivors, lost);
  if (proposer_.voters.size() == before) return;
  if (proposer_.survivors.empty()) return leave_without_heirs();
  COHORT_PROBE("view.voter_lost_in_ballot");
  if (quorum(proposer_.basis.members, {proposer_.voters.begin(), proposer_.voters.end()})) return;
  COHORT_PROBE("view.quorum_lost_in_ballot");
  abandon("lost its quorum");
}

void ViewChange::decide() {
  if (proposer_.phase != Phase::kWedging) return;
  for (SiteId site : proposer_.voters) {
    if (!proposer_.answers.contains(site)) return;
  }
  const bool waiting = context_.now - proposer_.since < kJoinerWait;
  for (const SiteLife& joiner : proposer_.joiners) {
    if (waiting && !proposer_.answers.contains(joiner.site)) return;
    if (!proposer_.answers.contains(joiner.site)) COHORT_PROBE("view.joiner_silent");
  }
  const wire::Acceptance* adopted = nullptr;
  for (const auto& [site, answer] : proposer_.answers) {
    if (!answer.accepted || answer.joining) continue;
    if (adopted == nullptr || adopted->ballot < answer.accepted->ballot)
      adopted = &*answer.accepted;
  }
  if (adopted != nullptr) {
    COHORT_PROBE("view.value_adopted");
    proposer_.value = adopted->value;
  } else {
    form_value();
  }
  proposer_.fresh = adopted == nullptr;
  after_decision(adopted != nullptr);
}

void ViewChange::form_value() {
  wire::ViewValue value;
  value.view = proposer_.view + 1;
  const ViewBasis& basis = proposer_.basis;
  for (const SiteLife& member : basis.members) {
    const auto& stay = proposer_.survivors;
    if (std::find(stay.begin(), stay.end(), member.site) == stay.end()) continue;
    if (!proposer_.forming) {
      value.members.push_back(member);
    } else if (member.site == context_.self.site) {
      value.members.push_back(context_.self);
    } else {
      value.members.push_back(proposer_.lives.at(member.site));
    }
  }
  for (const SiteLife& joiner : proposer_.joiners) {
    const auto answer = proposer_.answers.find(joiner.site);
    if (answer == proposer_.answers.end() || !answer->second.joining) continue;
    COHORT_PROBE("view.joiner_listed");
    value.members.push_back(joiner);
    if (COHORT_MUTANT("young_site_first") && value.members.size() > 2)
      std::swap(value.members.back(), value.members[1]);
  }
  value.incarnations = greatest_lives(basis, value.members);
  value.overrides = basis.overrides;
  value.plant = proposer_.plant.record;
  value.plant_outcomes = proposer_.plant.outcomes;
  for (const auto& [site, answer] : proposer_.answers) {
    if (answer.plant.version > value.plant.version) value.plant = answer.plant;
  }
  value.plant.version = std::max<std::uint64_t>(value.plant.version, 1);
  if (!proposer_.forming) {
    value.removed = removals_for(proposer_.survivors);
    std::vector<std::optional<wire::Report>> reports(basis_.members.size());
    for (SiteId site : proposer_.survivors) {
      const wire::Report& report = proposer_.answers.at(site).report;
      if (!report.has_table) COHORT_PROBE("view.member_without_table");
      if (!report.has_table) value.need_table.push_back(site);
      reports[*basis_.rank_of(site)] = report;
    }
    Cut cut = compute_cut(reports);
    value.cut = std::move(cut.last);
    value.holes = std::move(cut.holes);
    value.holdings = std::move(cut.holdings);
    value.opening = std::move(cut.opening);
    value.order_base = cut.order_base;
    value.order = std::move(cut.order);
  }
  proposer_.value = std::move(value);
}

void ViewChange::after_decision(bool adopted) {
  proposer_.phase = Phase::kFetching;
  proposer_.since = context_.now;
  proposer_.held.clear();
  const bool all_hold = !adopted && proposer_.value.holdings.empty();
  if (proposer_.forming || (all_hold && !COHORT_BUGGIFY("view.always_fetch"))) {
    for (SiteId site : proposer_.voters) proposer_.held.insert(site);
  } else {
    COHORT_PROBE(adopted ? "view.fetch_for_adopted" : "view.fetch_begun");
    const wire::Fetch fetch{proposer_.view, proposer_.ballot, proposer_.value};
    const std::vector<SiteId> voters = proposer_.voters;
    for (SiteId site : voters) send(site, fetch);
  }
  propose();
}

void ViewChange::on_held(SiteId from, const wire::Held& held) {
  if (proposer_.phase != Phase::kFetching || held.ballot != proposer_.ballot) return;
  if (held.view != proposer_.view) return;
  proposer_.held.insert(from);
  propose();
}

void ViewChange::propose() {
  if (proposer_.phase != Phase::kFetching) return;
  // H3: nobody accepts before every survivor that is still there holds the cut. Of a value that was
  // accepted once that is true; what somebody lacks who was not there may be gone with its holder.
  const bool late = context_.now - proposer_.since >= context_.timers.ballot_timeout / 2;
  for (SiteId site : proposer_.voters) {
    if (proposer_.held.contains(site)) continue;
    if (proposer_.fresh || !late) return;
    COHORT_PROBE("view.proposed_though_not_held");
  }
  COHORT_PROBE("view.proposed");
  proposer_.phase = Phase::kProposing;
  const wire::Propose frame{proposer_.view, proposer_.ballot, proposer_.value, proposer_.forming};
  const std::vector<SiteId> voters = proposer_.voters;
  for (SiteId site : voters) send(site, frame);
}

void ViewChange::on_accepted(SiteId from, const wire::Accepted& accepted) {
  if (accepted.ballot != proposer_.ballot || accepted.view != proposer_.view) return;
  if (proposer_.phase != Phase::kProposing && proposer_.phase != Phase::kLeases) return;
  proposer_.accepted.insert(from);
  for (const auto& [site, ago] : accepted.last_echo_ago_ns) {
    MonotonicTime& youngest = proposer_.echoed[site];
    youngest = std::max(youngest, context_.now - Duration(std::max<std::int64_t>(ago, 0)));
  }
  try_commit();
}

bool ViewChange::leases_over() const {
  if (proposer_.forming || COHORT_MUTANT("skip_lease_wait")) return true;
  for (const auto& [site, echoed] : proposer_.echoed) {
    if (detector_.certainly_gone(site) || leavers_.contains(site)) continue;
    // Who accepted the value is frozen since its promise, and will only ever install this value.
    if (proposer_.accepted.contains(site)) continue;
    if (context_.now < echoed + context_.timers.lease + limits::kLeaseMargin) return false;
  }
  return true;
}

/// What is left, at the commit, of the longest lease that clients of a dropped site can have: of
/// one whose daemon is known to be dead too, for nobody knows that of its clients (E7). A view that
/// is formed anew ends every life of the one before, and nobody knows when that last was echoed.
std::uint64_t ViewChange::settles_ms() const {
  const Duration longest = context_.timers.lease + limits::kLeaseMargin;
  MonotonicTime settled = settled_at_;
  if (proposer_.forming && proposer_.basis.number > 0) settled = context_.now + longest;
  for (const auto& [site, echoed] : proposer_.echoed) {
    if (!leavers_.contains(site)) settled = std::max(settled, echoed + longest);
  }
  if (settled <= context_.now || COHORT_MUTANT("takeover_before_lease")) return 0;
  COHORT_PROBE("view.settles_later");
  const std::int64_t left = to_millis(settled - context_.now) + 1;
  return std::min<std::uint64_t>(static_cast<std::uint64_t>(left), limits::kSettlesMs);
}

void ViewChange::try_commit() {
  if (!quorum(proposer_.basis.members, proposer_.accepted)) return;
  if (proposer_.phase == Phase::kProposing) COHORT_PROBE("view.chosen");
  proposer_.phase = Phase::kLeases;
  if (!leases_over()) {
    COHORT_PROBE("view.waits_for_lease");
    return;
  }
  commit();
}

void ViewChange::commit() {
  COHORT_PROBE("view.committed");
  for (SiteId site : proposer_.voters) {
    if (!proposer_.accepted.contains(site)) COHORT_PROBE("view.committed_without_some");
  }
  const wire::Commit commit{proposer_.view, proposer_.value, proposer_.forming, settles_ms()};
  std::set<SiteId> told;
  for (const SiteLife& member : commit.value.members) told.insert(member.site);
  for (const SiteLife& member : basis_.members) told.insert(member.site);
  for (SiteId site : proposer_.voters) told.insert(site);
  told.erase(context_.self.site);
  proposer_.phase = Phase::kIdle;
  for (SiteId site : told) send(site, commit);
  on_commit(commit, proposer_.fresh);
}

}  // namespace cohort::core
