/// Keeps workers at every site that is up, and says when all of them have come to rest.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "platform/sim/actor.h"
#include "platform/sim/world.h"

namespace cohort::sim {

class Workload {
 public:
  explicit Workload(World& world);

  void on_site_started(SiteId site);
  /// Kills one worker at random, at that site if one is given; another is started a little later.
  void kill_one(std::uint64_t decision, SiteId at = {});
  /// One worker at random, at that site if one is given, does it; null where there is none, or it
  /// cannot.
  std::shared_ptr<Actor> tell_one(std::uint64_t decision, const Action& action, SiteId at = {});
  /// The plant has to do without these sites: nobody waits for them.
  void give_up_on(std::set<SiteId> sites) { given_up_ = std::move(sites); }
  /// Whether the sites that are not given up can go on from the newest view that anybody saw.
  bool quorum_left() const;
  void stop_acting();
  void say_goodbye();
  void run_over();

  /// The newest site view that any worker was told.
  const wire::SiteView& newest_view() const { return newest_; }
  /// The newest one that may yet have been agreed on: one that a site was told of, or that a log of
  /// those who are not given up holds.
  wire::SiteView newest_possible_view() const;
  /// True where each site is up, has a worker, and every worker has answers to all it asked and
  /// sees a site view of all present lives.
  bool at_rest();
  /// Who keeps at_rest() from being true.
  std::string unrest();

 private:
  void spawn(SiteId site, Duration after);
  std::shared_ptr<Actor> make_actor(SiteId site, std::uint64_t number);
  /// Processes whose group was killed are replaced.
  void replace_missing();
  void look_at_views();
  std::shared_ptr<Actor> draw_open(std::uint64_t decision, SiteId at) const;
  std::string unrest_of_site(SiteId site);

  World& world_;
  std::vector<std::shared_ptr<Actor>> workers_;
  std::map<SiteId, std::uint32_t> coming_;  ///< planned, not yet connected
  std::uint64_t next_number_ = 1;
  bool acting_ = true;
  std::set<SiteId> given_up_;
  wire::SiteView newest_;
};

}  // namespace cohort::sim
