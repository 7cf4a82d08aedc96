#include "platform/sim/checkers/checker.h"

namespace cohort::sim::checkers {

namespace {

struct LastSeen {
  std::uint64_t view = 0;
};

}  // namespace

/// V9: a site's life that left the views never comes back; lives of a site grow; and no two
/// processes share an address.
void check_rebirth(const Index& index, Findings& findings) {
  std::map<SiteLife, LastSeen> last;
  std::map<SiteId, SiteLife> newest;
  for (const auto& [number, members] : index.site_views()) {
    for (SiteLife life : members) {
      auto [found, is_new] = last.try_emplace(life, LastSeen{number});
      // Views that nobody recorded leave gaps: only a view that is known to lack the life counts.
      const bool known_gap =
          !is_new && index.site_views().contains(number - 1) && found->second.view != number - 1;
      auto [young, first] = newest.try_emplace(life.site, life);
      if (known_gap || (!first && life.incarnation < young->second.incarnation)) {
        findings.add(
            "site " + to_string(life) + " comes back in site view " + std::to_string(number),
            std::vector<Place>{});
      }
      found->second.view = number;
      if (young->second.incarnation < life.incarnation) young->second = life;
    }
  }
  for (const auto& [process, history] : index.processes()) {
    std::optional<std::size_t> begin;
    for (std::size_t i = 0; i < history.records.size(); ++i) {
      if (history.records[i].kind != HistoryKind::kBegin) continue;
      if (begin) {
        findings.add("two processes have the address " + to_string(process),
                     {Place{process, *begin}, Place{process, i}});
      }
      begin = i;
    }
  }
}

}  // namespace cohort::sim::checkers
