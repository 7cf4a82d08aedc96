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
    // Its plant record comes with its answer to the ballot.
  }
  return basis;
}

/// A site whose disk was replaced knows nothing of what it accepted: where any log holds something,
/// a blank one does not count (it joins the view once that is formed).
bool ViewChange::votes(SiteId site, const ViewBasis& basis) {
  const bool any_log = basis.number > 0;
  if (site == context_.self.site) return !any_log || !log_blank_;
  const auto found = joining_.find(site);
  if (found == joining_.end() || context_.now - found->second.heard >= kJoinerAge) return false;
  return any_log ? !found->second.status.log_blank : agrees_on_founders(found->second);
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
  // A view of former lives that had been chosen: noted, and the next instance goes on from it.
  COHORT_PROBE("view.former_view_finished");
  write({wire::ViewLogRecord::Kind::kCommitted, value.view, {}, value}, next_token_++);
  basis_ = {value.view, value.members, value.incarnations, value.overrides, value.plant, false};
  const std::uint64_t round = proposer_.greatest_round;
  proposer_ = Proposer();
  proposer_.greatest_round = round;
}

}  // namespace cohort::core
