// Scenarios of starting and stopping: of all sites at once, one after the other, after a loss of
// power.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <signal.h>

#include <algorithm>
#include <random>

#include "lab/driver/scenario.h"

namespace cohort::lab {

namespace {

using std::chrono::milliseconds;

std::uint64_t count_view_changes(const Plant& plant, std::size_t site, std::uint64_t before) {
  return plant.status(site).view - before;
}

/// Corosync CTS GenSimulStart, field scenario F12.
void all_at_once(Plant& plant) {
  plant.start_daemons(plant.all());
  plant.until_view(plant.all(), plant.options().sites);
}

/// Corosync CTS GenSimulStop and GenStopAllBeekhof: all are told to leave at the same moment.
void stop_all_at_once(Plant& plant) {
  for (const std::size_t site : plant.all()) plant.signal_daemon(site, SIGTERM);
  for (const std::size_t site : plant.all()) {
    plant.until(fmt::format("the end of site {}", site),
                [&plant, site] { return !plant.daemon_runs(site); });
  }
  plant.start_daemons(plant.all());
}

/// All hosts lose power at once and come back in some order, at some distance.
void power_off(Plant& plant) {
  std::mt19937_64 random(plant.options().seed);
  for (int round = 0; round < 2; ++round) {
    for (const std::size_t site : plant.all()) plant.kill_site(site);
    plant.pause(milliseconds(300));
    Sites order = plant.all();
    std::ranges::shuffle(order, random);
    plant.note(fmt::format("restarted in the order {}", fmt::join(order, " ")));
    for (const std::size_t site : order) {
      plant.start_daemon(site);
      plant.pause(milliseconds(random() % 1'500));
    }
    plant.until_view(plant.all(), plant.options().sites);
    plant.until_progress(plant.all());
  }
}

/// The last to lose power was alone; the others come back first: they must not go on without it,
/// unless they are a majority of the view that they knew last (field scenario F24).
void power_off_one_by_one(Plant& plant) {
  plant.kill_site(1);
  plant.until_view({2, 3}, 2);
  plant.until_progress({2, 3});
  plant.kill_site(2);
  plant.pause(milliseconds(1'000));
  plant.kill_site(3);
  plant.start_daemon(1);
  plant.pause(milliseconds(1'500));
  plant.require(!plant.status(1).serving,
                "site 1 serves alone after a total failure, although sites 2 and 3 went on "
                "without it");
  plant.start_daemon(2);
  plant.start_daemon(3);
}

/// Each site leaves and comes back in turn, under load; the others go on.
void rolling_restart(Plant& plant) {
  for (const std::size_t site : plant.all()) {
    const std::size_t witness = site == 1 ? 2 : 1;
    const std::uint64_t before = plant.status(witness).view;
    plant.leave(site);
    plant.until_view(plant.but({site}), plant.options().sites - 1);
    plant.until_progress(plant.but({site}));
    plant.start_daemon(site);
    plant.until_view(plant.all(), plant.options().sites);
    plant.until_progress(plant.all());
    const std::uint64_t changes = count_view_changes(plant, witness, before);
    plant.require(changes == 2, fmt::format("{} view changes for a leave and a join", changes));
  }
}

/// A site is started and killed again and again at odd moments of its join (F04).
void die_while_joining(Plant& plant) {
  std::mt19937_64 random(plant.options().seed);
  plant.kill_site(3);
  plant.until_view({1, 2}, 2);
  for (int round = 0; round < 6; ++round) {
    plant.start_daemon(3);
    plant.pause(milliseconds(20 + random() % 400));
    plant.kill_site(3);
    plant.pause(milliseconds(random() % 300));
  }
  plant.until_view({1, 2}, 2);
  plant.until_progress({1, 2});
}

}  // namespace

void add_start_scenarios(std::vector<Scenario>& all) {
  all.push_back({.name = "all-at-once",
                 .about = "five sites start at the same moment",
                 .smoke = true,
                 .options = {.sites = 5},
                 .start = false,
                 .act = all_at_once});
  all.push_back({.name = "stop-all-at-once",
                 .about = "all sites are told to leave at the same moment, and started again",
                 .act = stop_all_at_once});
  all.push_back({.name = "power-off",
                 .about = "all hosts lose power at once, twice; restart in random order",
                 .smoke = true,
                 .act = power_off});
  all.push_back(
      {.name = "power-off-one-by-one",
       .about = "hosts lose power one after the other; the first to fail comes back first",
       .act = power_off_one_by_one});
  all.push_back({.name = "rolling-restart",
                 .about = "each site leaves and comes back in turn under load",
                 .smoke = true,
                 .act = rolling_restart});
  all.push_back({.name = "die-while-joining",
                 .about = "a site dies six times at odd moments of its join",
                 .act = die_while_joining});
}

}  // namespace cohort::lab
