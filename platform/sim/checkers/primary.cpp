#include <algorithm>

#include "platform/sim/checkers/checker.h"

namespace cohort::sim::checkers {

namespace {

struct Seen {
  const std::vector<SiteLife>* members = nullptr;
  Place place;
  std::string departed;    ///< who went from the view before, and why
  bool continued = false;  ///< some process saw the view before as well
};

std::map<std::uint64_t, Seen> collect(const Index& index, Findings& findings) {
  std::map<std::uint64_t, Seen> views;
  for (const auto& [process, history] : index.processes()) {
    std::uint64_t own_before = 0;
    for (std::size_t i = 0; i < history.records.size(); ++i) {
      const HistoryRecord& record = history.records[i];
      if (!names_site_view(record)) continue;
      Seen& seen = views[record.view];
      if (seen.members == nullptr) seen = {&record.sites, {process, i}, "", false};
      seen.continued = seen.continued || (own_before != 0 && own_before + 1 == record.view);
      own_before = record.view;
      if (*seen.members != record.sites) {
        findings.add("two site views share a number", {seen.place, Place{process, i}});
      }
      if (record.kind == HistoryKind::kSites && seen.departed.empty()) seen.departed = record.text;
    }
  }
  return views;
}

bool has_life(const std::vector<SiteLife>& members, SiteLife life) {
  return std::find(members.begin(), members.end(), life) != members.end();
}

bool has_site(const std::vector<SiteLife>& members, SiteLife life) {
  return std::any_of(members.begin(), members.end(),
                     [life](SiteLife member) { return member.site == life.site; });
}

bool follows(const std::vector<SiteLife>& before, const Seen& seen) {
  const std::vector<SiteLife>& after = *seen.members;
  // A site that leaves in order takes part in the decision: it stays until the others have it
  // (H20).
  const auto left = [&](SiteLife life) {
    return seen.departed.find(to_string(life) + ": it asked to leave") != std::string::npos;
  };
  // Where no process went on from the view before, a total failure lies between: a view that is
  // formed anew counts the sites, under whatever lives.
  const auto goes_on = [&](SiteLife life) {
    return left(life) || (seen.continued ? has_life(after, life) : has_site(after, life));
  };
  const auto common =
      static_cast<std::size_t>(std::count_if(before.begin(), before.end(), goes_on));
  return 2 * common > before.size() || (2 * common == before.size() && goes_on(before.front()));
}

}  // namespace

/// V8: one site view a number, and of each next view more than half of the sites of the one before
/// (or half with its oldest), those counted that left in order, so that no two views can follow the
/// same one.
void check_primary(const Index& index, Findings& findings) {
  const std::map<std::uint64_t, Seen> views = collect(index, findings);
  const Seen* before = nullptr;
  std::uint64_t number_before = 0;
  for (const auto& [number, seen] : views) {
    if (before != nullptr && number == number_before + 1 && !follows(*before->members, seen)) {
      findings.add("a site view without a quorum of the one before", {before->place, seen.place});
    }
    before = &seen;
    number_before = number;
  }
}

}  // namespace cohort::sim::checkers
