#include <algorithm>

#include "platform/sim/checkers/checker.h"

namespace cohort::sim::checkers {

namespace {

struct Seen {
  const std::vector<SiteLife>* members = nullptr;
  Place place;
  bool left_orderly = false;
};

std::map<std::uint64_t, Seen> collect(const Index& index, Findings& findings) {
  std::map<std::uint64_t, Seen> views;
  for (const auto& [process, history] : index.processes()) {
    for (std::size_t i = 0; i < history.records.size(); ++i) {
      const HistoryRecord& record = history.records[i];
      if (!names_site_view(record)) continue;
      Seen& seen = views[record.view];
      if (seen.members == nullptr) seen = {&record.sites, {process, i}, false};
      if (*seen.members != record.sites) {
        findings.add("two site views share a number", {seen.place, Place{process, i}});
      }
      if (record.text.find("left") != std::string::npos) seen.left_orderly = true;
    }
  }
  return views;
}

}  // namespace

/// V8: one site view a number, and of each next view more than half of the sites of the one before
/// (or half with its oldest), so that no two views can follow the same one.
void check_primary(const Index& index, Findings& findings) {
  const std::map<std::uint64_t, Seen> views = collect(index, findings);
  const Seen* before = nullptr;
  std::uint64_t number_before = 0;
  for (const auto& [number, seen] : views) {
    if (before != nullptr && number == number_before + 1 && !seen.left_orderly) {
      std::size_t common = 0;
      for (SiteLife life : *before->members) {
        if (std::find(seen.members->begin(), seen.members->end(), life) != seen.members->end()) {
          ++common;
        }
      }
      const std::size_t all = before->members->size();
      const bool oldest_stays = std::find(seen.members->begin(), seen.members->end(),
                                          before->members->front()) != seen.members->end();
      if (2 * common < all || (2 * common == all && !oldest_stays)) {
        findings.add("a site view without a quorum of the one before", {before->place, seen.place});
      }
    }
    before = &seen;
    number_before = number;
  }
}

}  // namespace cohort::sim::checkers
