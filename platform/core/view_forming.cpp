// The first view, and the first one after a total failure: the same ballots, among the sites of the
// last view in any log, each under its new life (protocols.md 4.2 "cold start", W17, H19).
#include <algorithm>

#include "platform/base/instrument.h"
#include "platform/core/view_change.h"

namespace cohort::core {

namespace {
constexpr Duration kWaitForAll = seconds(2);  ///< a mere quorum forms a view only after this
}  // namespace

ViewBasis ViewChange::forming_basis() const {
  ViewBasis basis = basis_;
  for (const auto& [site, joining] : joining_) {
    if (context_.now - joining.heard >= kJoinerAge) continue;
    const wire::Status& log = joining.status;
    basis.incarnations.insert(basis.incarnations.end(), log.log_incarnations.begin(),
                              log.log_incarnations.end());
    if (log.log_view <= basis.number) continue;
    COHORT_PROBE("view.forming_from_others_log");
    basis.number = log.log_view;
    basis.members = log.log_members;
    basis.overrides = log.log_overrides;
    // Its plant record comes with the view itself, before this site may vote (FORMER-VIEW).
  }
  return basis;
}

/// A site whose disk was replaced knows nothing of what it accepted: where any log holds something,
/// a blank one does not count (it joins the view once that is formed). Nor does one yet whose log
/// ends before the last view: what it accepts over a view that it does not know would take the
/// place of what it had accepted for that view, and be forgotten with it.
bool ViewChange::votes(SiteId site, const ViewBasis& basis) {
  const bool any_log = basis.number > 0;
  const auto knows_it = [&](bool blank, std::uint64_t last) {
    return last == basis.number && (!any_log || !blank);
  };
  if (site == context_.self.site) return knows_it(log_blank_, basis_.number);
  const auto found = joining_.find(site);
  if (found == joining_.end() || context_.now - found->second.heard >= kJoinerAge) return false;
  const wire::Status& status = found->second.status;
  return knows_it(status.log_blank, status.log_view) &&
         (any_log || agrees_on_founders(found->second));
}

/// To a site whose log ends before this one's. A blank one learns nothing: it would seem to have
/// kept what it had accepted.
void ViewChange::tell_former_view(SiteId to, const wire::Status& status) {
  if (status.log_blank || status.log_view >= basis_.number) return;
  COHORT_PROBE("view.former_view_told");
  wire::ViewValue value;
  value.view = basis_.number;
  value.members = basis_.members;
  value.incarnations = basis_.incarnations;
  value.overrides = basis_.overrides;
  value.plant = basis_.plant;
  sessions_.send_unnumbered(to, Channel::kControl, wire::FormerView{std::move(value)});
}

void ViewChange::on_former_view(const wire::FormerView& former) {
  if (basis_.operational || log_blank_ || former.value.view <= basis_.number) return;
  COHORT_PROBE("view.former_view_learnt");
  note(former.value);
}

/// The view is decided, and its lives are over, or (of one that was only accepted) never lived in
/// it: the next instance goes on from it.
void ViewChange::note(const wire::ViewValue& value) {
  write({wire::ViewLogRecord::Kind::kCommitted, value.view, {}, value}, next_token_++);
  if (value.plant.version > basis_.plant.version) {
    context_.effects.push_back(SetHosts{value.plant.hosts, value.plant.version});
  }
  basis_ = {value.view, value.members, value.incarnations, value.overrides, value.plant, false};
  const std::uint64_t round = proposer_.greatest_round;
  proposer_ = Proposer();
  proposer_.greatest_round = round;
}

wire::Incarnations ViewChange::greatest_lives(const ViewBasis& basis,
                                              const std::vector<SiteLife>& members) const {
  std::map<SiteId, Incarnation> greatest;
  for (const auto* lives : {&basis.incarnations, &basis.members, &members}) {
    for (SiteLife life : *lives) {
      greatest[life.site] = std::max(greatest[life.site], life.incarnation);
    }
  }
  wire::Incarnations all;
  for (const auto& [site, incarnation] : greatest) all.push_back({site, incarnation});
  return all;
}

void ViewChange::tick_forming() {
  if (proposer_.phase != Phase::kIdle || context_.now < proposer_.not_before) return;
  // Somewhere a view works (or hopes to): this site asks to join it and forms nothing.
  if (operational_heard_ != MonotonicTime{} && context_.now - operational_heard_ < kJoinerAge) {
    COHORT_PROBE("view.forming_elsewhere");
    return;
  }
  const ViewBasis basis = forming_basis();
  std::set<SiteId> present;
  std::optional<std::size_t> lowest;
  for (std::size_t rank = 0; rank < basis.members.size(); ++rank) {
    const SiteId site = basis.members[rank].site;
    if (!votes(site, basis)) continue;
    present.insert(site);
    if (!lowest) lowest = rank;
  }
  if (!lowest || basis.members[*lowest].site != context_.self.site) return;
  if (present.size() < basis.members.size() && context_.now - started_ < kWaitForAll) {
    COHORT_PROBE("view.forming_waits_for_all");
    return;
  }
  if (!quorum(basis.members, present)) {
    COHORT_PROBE("view.forming_without_quorum");
    return;
  }
  if (present.size() < basis.members.size()) COHORT_PROBE("view.forming_without_some");
  start(true, basis.number, *lowest);
}

/// Sites whose plant files name different first sites form nothing together: two such lists may
/// have quorums that do not meet.
bool ViewChange::agrees_on_founders(const Joining& joining) {
  if (joining.status.founders == founders()) return true;
  if (!founders_told_.insert(joining.life).second) return false;
  context_.trace("event=site.founders_differ peer=" + to_string(joining.life) +
                 " reason=\"its plant file lists other sites; give both the same file, or start "
                 "the one that joins a running plant with --join\"");
  return false;
}

void ViewChange::commit_forming(const wire::Commit& commit) {
  const wire::ViewValue& value = commit.value;
  const bool member =
      std::find(value.members.begin(), value.members.end(), context_.self) != value.members.end();
  if (member) {
    COHORT_PROBE("view.formed");
    install(commit, true);
    return;
  }
  COHORT_PROBE("view.former_view_finished");
  note(value);
}

}  // namespace cohort::core
