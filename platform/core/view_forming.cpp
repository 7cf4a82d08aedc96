// The first view, and the first one after a total failure: the same ballots, among the sites of the
// last view in any log, each under its new life (protocols.md 4.2 "cold start", W17, H19).
#include <algorithm>

#include "platform/base/instrument.h"
#include "platform/core/view_change.h"

namespace cohort::core {

namespace {
constexpr Duration kHeardWithin = millis(1000);
constexpr Duration kWaitForAll = seconds(2);  ///< a mere quorum forms a view only after this
}  // namespace

ViewBasis ViewChange::forming_basis() const {
  ViewBasis basis = basis_;
  for (const auto& [site, joining] : joining_) {
    if (context_.now - joining.heard >= kHeardWithin || joining.log_view <= basis.number) continue;
    basis.number = joining.log_view;
    basis.members = joining.log_members;
    // Its plant record comes with its answer to the ballot.
  }
  return basis;
}

void ViewChange::tick_forming() {
  if (proposer_.phase != Phase::kIdle || context_.now < proposer_.not_before) return;
  // Somewhere a view works (or hopes to): this site asks to join it and forms nothing.
  if (operational_heard_ != MonotonicTime{} && context_.now - operational_heard_ < kHeardWithin) {
    return;
  }
  const ViewBasis basis = forming_basis();
  std::set<SiteId> present;
  std::optional<std::size_t> lowest;
  for (std::size_t rank = 0; rank < basis.members.size(); ++rank) {
    const SiteId site = basis.members[rank].site;
    const auto found = joining_.find(site);
    const bool heard =
        site == context_.self.site ||
        (found != joining_.end() && context_.now - found->second.heard < kHeardWithin &&
         (basis.number > 0 || agrees_on_founders(found->second)));
    if (!heard) continue;
    present.insert(site);
    if (!lowest) lowest = rank;
  }
  if (!lowest || basis.members[*lowest].site != context_.self.site) return;
  if (present.size() < basis.members.size() && context_.now - started_ < kWaitForAll) return;
  if (!quorum(basis.members, present)) return;
  start(true, basis.number, *lowest);
}

/// Sites whose plant files name different first sites form nothing together: two such lists may
/// have quorums that do not meet.
bool ViewChange::agrees_on_founders(const Joining& joining) {
  if (joining.founders == founders()) return true;
  if (!founders_told_.insert(joining.life).second) return false;
  context_.trace("event=site.founders_differ peer=" + to_string(joining.life) +
                 " reason=\"its plant file lists other sites; give both the same file, or start "
                 "the one that joins a running plant with --join\"");
  return false;
}

void ViewChange::commit_forming(const wire::ViewValue& value) {
  const bool member =
      std::find(value.members.begin(), value.members.end(), context_.self) != value.members.end();
  if (member) {
    COHORT_PROBE("view.formed");
    install(value, true);
    return;
  }
  // A view of former lives that had been chosen: noted, and the next instance goes on from it.
  COHORT_PROBE("view.former_view_finished");
  write({value.view, std::nullopt, value}, next_token_++);
  basis_ = {value.view, value.members, value.incarnations, value.plant, false};
  const std::uint64_t round = proposer_.greatest_round;
  proposer_ = Proposer();
  proposer_.greatest_round = round;
}

}  // namespace cohort::core
