// The coordinator's side of a view change: ballots, the value, the commit.
#include <algorithm>

#include "platform/base/instrument.h"
#include "platform/base/limits.h"
#include "platform/core/cut.h"
#include "platform/core/quorum.h"
#include "platform/core/view_change.h"

namespace cohort::core {

using wire::Removal;

namespace {
constexpr Duration kJoinerAge = millis(1000);
constexpr Duration kJoinerWait = millis(300);
}  // namespace

bool ViewChange::wants_change() const {
  if (!accusations_.empty() || !leavers_.empty() || ballot_asked_) return true;
  if (plant_changes_.wanted()) return true;
  for (const SiteLife& member : basis_.members) {
    if (detector_.suspected(member.site)) return true;
  }
  for (const auto& [site, joining] : joining_) {
    if (!basis_.rank_of(site) && context_.now - joining.heard < kJoinerAge) return true;
  }
  // A promise whose ballot came to nothing is ended by a ballot of one's own (U4).
  return plane_.frozen() && proposer_.phase == Phase::kIdle;
}

bool ViewChange::settled() const {
  const MonotonicTime since = detector_.suspected_since();
  if (since == kNever || context_.now - since >= limits::kSettlingWindow) return true;
  return std::all_of(basis_.members.begin(), basis_.members.end(), [this](SiteLife member) {
    return !detector_.suspected(member.site) || detector_.certainly_gone(member.site);
  });
}

std::vector<SiteId> ViewChange::choose_survivors() const {
  // Oldest first, each that has no broken link with those kept: the younger end of a link goes.
  std::vector<SiteId> kept;
  for (const SiteLife& member : basis_.members) {
    const SiteId site = member.site;
    if (leavers_.contains(site) || proposer_.plant.record.host(site) == nullptr) continue;
    if (member != context_.self && detector_.suspected(site)) continue;
    const bool broken = std::any_of(kept.begin(), kept.end(), [&](SiteId other) {
      return accusations_.contains({site, other}) || accusations_.contains({other, site});
    });
    if (!broken) kept.push_back(site);
  }
  return kept;
}

bool ViewChange::quorum(const std::vector<SiteLife>& members, const std::set<SiteId>& sites) {
  std::size_t present = 0;
  for (const SiteLife& member : members) present += sites.contains(member.site) ? 1 : 0;
  if (COHORT_MUTANT("minority_continues")) return present > 0;
  return is_quorum(present, members.size(), sites.contains(members.front().site));
}

void ViewChange::try_start() {
  if (proposer_.phase != Phase::kIdle || context_.now < proposer_.not_before) return;
  if (acceptor_.waiting || coordinator() != context_.self.site) return;
  if (!wants_change() || !settled()) return;
  start(false, basis_.number, *basis_.rank_of(context_.self.site));
}

void ViewChange::start(bool forming, std::uint64_t view, std::size_t rank) {
  const std::uint64_t round = proposer_.greatest_round + 1;
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
      const auto found = joining_.find(member.site);
      const bool heard = found != joining_.end() &&
                         context_.now - found->second.heard < kJoinerAge &&
                         (view > 0 || agrees_on_founders(found->second));
      if (heard || member.site == context_.self.site) proposer_.survivors.push_back(member.site);
    }
  } else {
    proposer_.survivors = choose_survivors();
    for (const auto& [site, joining] : joining_) {
      const bool heard = context_.now - joining.heard < kJoinerAge;
      if (proposer_.plant.record.host(site) == nullptr) continue;
      if (heard && !basis_.rank_of(site) && proposer_.joiners.size() < proposer_.survivors.size()) {
        proposer_.joiners.push_back(joining.life);
      }
    }
  }
  if (!forming && proposer_.survivors.empty()) {
    // This site leaves, and so does every other that it hears: nobody is left to hand over to.
    context_.fail_stop("left", true);
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
    abandon("no quorum: " + lost_sites());
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
  proposer_.not_before =
      context_.now + millis(50) + millis(static_cast<std::int64_t>(context_.rng.below(150)));
}

void ViewChange::on_refusal(SiteId, const wire::WedgeRefusal& refusal) {
  proposer_.greatest_round = std::max(proposer_.greatest_round, refusal.promised.round);
  if (proposer_.phase == Phase::kIdle || refusal.ballot != proposer_.ballot) return;
  abandon("refused");
}

void ViewChange::on_answer(SiteId from, const wire::WedgeAnswer& answer) {
  if (proposer_.phase != Phase::kWedging || answer.ballot != proposer_.ballot) return;
  if (answer.view != proposer_.view) return;
  if (!proposer_.forming && from != context_.self.site) {
    // A voter answers as the member that it is; its next life may ask to join, not vote.
    const auto rank = basis_.rank_of(from);
    const bool member = rank && basis_.members[*rank] == sessions_.life(from);
    if (answer.joining ? rank.has_value() : !member) return;
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
        if (!proposer_.answers.contains(site)) detector_.accuse(site, "it did not answer a ballot");
      }
    }
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
  COHORT_PROBE("view.voter_lost_in_ballot");
  if (proposer_.survivors.empty()) return abandon("nobody who stays is heard any more");
  if (!quorum(proposer_.basis.members, {proposer_.voters.begin(), proposer_.voters.end()}))
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
    if (answer != proposer_.answers.end() && answer->second.joining)
      value.members.push_back(joiner);
  }
  std::map<SiteId, Incarnation> greatest;
  const auto see = [&greatest](SiteLife life) {
    greatest[life.site] = std::max(greatest[life.site], life.incarnation);
  };
  for (SiteLife life : basis.incarnations) see(life);
  for (SiteLife life : basis.members) see(life);
  for (SiteLife life : value.members) see(life);
  for (const auto& [site, incarnation] : greatest)
    value.incarnations.push_back({site, incarnation});
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

std::vector<Removal> ViewChange::removals_for(const std::vector<SiteId>& survivors) const {
  std::vector<Removal> removals;
  for (const SiteLife& member : basis_.members) {
    if (std::find(survivors.begin(), survivors.end(), member.site) != survivors.end()) continue;
    std::string reason = detector_.evidence(member.site);
    if (leavers_.contains(member.site)) reason = "it asked to leave";
    if (proposer_.plant.record.host(member.site) == nullptr) {
      reason = "operator: removed from the plant";
    }
    for (const auto& [ends, evidence] : accusations_) {
      if (!reason.empty() || (ends.first != member.site && ends.second != member.site)) continue;
      reason = "no link between sites " + std::to_string(ends.first.value) + " and " +
               std::to_string(ends.second.value) + ": " + evidence;
    }
    removals.push_back({member, std::move(reason)});
  }
  return removals;
}

void ViewChange::after_decision(bool adopted) {
  proposer_.phase = Phase::kFetching;
  proposer_.since = context_.now;
  proposer_.held.clear();
  if (proposer_.forming || (!adopted && proposer_.value.holdings.empty())) {
    for (SiteId site : proposer_.voters) proposer_.held.insert(site);
  } else {
    const wire::Fetch fetch{proposer_.view, proposer_.ballot, proposer_.value};
    const std::vector<SiteId> voters = proposer_.voters;
    for (SiteId site : voters) send(site, fetch);
  }
  propose();
}

void ViewChange::on_held(SiteId from, const wire::Held& held) {
  if (proposer_.phase != Phase::kFetching || held.ballot != proposer_.ballot) return;
  proposer_.held.insert(from);
  propose();
}

void ViewChange::propose() {
  if (proposer_.phase != Phase::kFetching) return;
  // H3: nobody accepts before every survivor that is still there holds the cut.
  for (SiteId site : proposer_.voters) {
    if (!proposer_.held.contains(site)) return;
  }
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

void ViewChange::try_commit() {
  if (!quorum(proposer_.basis.members, proposer_.accepted)) return;
  for (SiteId site : proposer_.voters) {
    if (!proposer_.accepted.contains(site) && context_.now - proposer_.since < millis(200)) return;
  }
  if (proposer_.phase == Phase::kProposing) COHORT_PROBE("view.chosen");
  proposer_.phase = Phase::kLeases;
  if (!leases_over()) {
    COHORT_PROBE("view.waits_for_lease");
    return;
  }
  commit();
}

void ViewChange::commit() {
  const wire::Commit commit{proposer_.view, proposer_.value, proposer_.forming};
  std::set<SiteId> told;
  for (const SiteLife& member : commit.value.members) told.insert(member.site);
  for (const SiteLife& member : basis_.members) told.insert(member.site);
  for (SiteId site : proposer_.voters) told.insert(site);
  told.erase(context_.self.site);
  proposer_.phase = Phase::kIdle;
  for (SiteId site : told) send(site, commit);
  on_commit(commit);
}

}  // namespace cohort::core
