// Scenarios of packets that are lost or rejected between hosts: partitions of every shape, loss,
// resets. nftables in the router does it.
#include <fmt/format.h>

#include <map>
#include <utility>

#include "lab/driver/scenario.h"

namespace cohort::lab {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

using Directions = Network::Directions;

Directions both_ways(const Sites& here, const Sites& there) {
  Directions directions;
  for (const std::size_t a : here) {
    for (const std::size_t b : there) directions.insert(directions.end(), {{a, b}, {b, a}});
  }
  return directions;
}

/// In one moment: a cut that comes link by link is another fault.
void cut(Plant& plant, const Directions& directions) {
  plant.step("cutting links", [&] { return plant.network().lose(directions); });
}

void separate(Plant& plant, const Sites& here, const Sites& there) {
  cut(plant, both_ways(here, there));
}

/// Ends the fault; returns how many packets it has cost.
std::uint64_t end_fault(Plant& plant) {
  std::uint64_t cost = 0;
  plant.step("healing the network", [&]() -> Result<void> {
    const auto lost = plant.network().heal();
    if (!lost) return std::unexpected(lost.error());
    cost = *lost;
    return {};
  });
  return cost;
}

void require_loss(Plant& plant, std::uint64_t lost) {
  plant.note(fmt::format("{} packets lost", lost));
  plant.require(lost > 0, "the network lost nothing");
}

/// Ends the fault and requires that it was one.
void heal(Plant& plant) {
  require_loss(plant, end_fault(plant));
}

void halves(Plant& plant, const Sites& minority) {
  const Sites majority = plant.but(minority);
  separate(plant, minority, majority);
  plant.until_not_serving(minority);
  plant.until_view(majority, majority.size());
  plant.until_progress(majority);
  std::map<std::size_t, ClientStatus> before;
  for (const std::size_t site : minority) before[site] = plant.status(site);
  plant.pause(seconds(1));
  for (const std::size_t site : minority) {
    const ClientStatus& now = plant.status(site);
    const bool same = now.process == before[site].process;
    plant.require(!now.serving && (!same || now.applied == before[site].applied),
                  fmt::format("site {} goes on although it is cut off", site));
  }
  heal(plant);
}

void partition_minority(Plant& plant) {
  halves(plant, {4, 5});
}

void partition_with_oldest(Plant& plant) {
  halves(plant, {1, 2});
}

/// Of an even split the half with the oldest site goes on.
void even_split(Plant& plant) {
  halves(plant, {3, 4});
}

void isolate_oldest(Plant& plant) {
  halves(plant, {1});
}

/// Site 1 is heard by nobody, and hears everybody (F07).
void one_way_out(Plant& plant) {
  cut(plant, {{1, 2}, {1, 3}});
  plant.until_view(plant.but({1}), plant.options().sites - 1);
  plant.until_progress(plant.but({1}));
  heal(plant);
}

/// Site 3 is heard by everybody, and hears nobody (H12: a deaf site).
void one_way_in(Plant& plant) {
  cut(plant, {{1, 3}, {2, 3}});
  plant.until_view(plant.but({3}), plant.options().sites - 1);
  plant.until_progress(plant.but({3}));
  heal(plant);
}

/// Only one link is broken: one of its ends must go, and the others serve (H11).
void single_link(Plant& plant) {
  separate(plant, {1}, {4});
  const Sites others{2, 3};
  plant.until("one end of the broken link is out", [&] {
    return plant.status(2).sites == 3 && plant.status(3).sites == 3 && plant.status(2).serving;
  });
  plant.until_progress(others);
  heal(plant);
}

/// Each of five hears its two neighbours only: there is no majority that hears itself.
void ring(Plant& plant) {
  Directions directions;
  for (std::size_t a = 1; a <= 5; ++a) {
    for (std::size_t b = a + 2; b <= 5; ++b) {
      if (b - a != 4) directions.insert(directions.end(), {{a, b}, {b, a}});
    }
  }
  cut(plant, directions);
  plant.pause(seconds(4));
  heal(plant);
}

/// Two halves that share one site.
void bridge(Plant& plant) {
  separate(plant, {1, 2}, {4, 5});
  plant.pause(seconds(4));
  heal(plant);
}

/// The partition comes and goes, each time before everybody has noticed.
void flapping(Plant& plant) {
  for (int round = 0; round < 5; ++round) {
    separate(plant, {1}, {2, 3});
    plant.pause(milliseconds(300 + 150 * round));
    heal(plant);
    plant.pause(milliseconds(300));
  }
}

void lossy(Plant& plant, unsigned percent, seconds time) {
  Directions directions;
  for (const std::size_t a : plant.all()) {
    for (const std::size_t b : plant.but({a})) directions.emplace_back(a, b);
  }
  plant.step("loss", [&] { return plant.network().lose(directions, percent); });
  plant.pause(time);
  heal(plant);
}

void loss_1(Plant& plant) {
  lossy(plant, 1, seconds(4));
}
void loss_5(Plant& plant) {
  lossy(plant, 5, seconds(4));
}
void loss_20(Plant& plant) {
  lossy(plant, 20, seconds(6));
}

/// A firewall that is reloaded again and again: all connections are reset.
void reset_storm(Plant& plant) {
  const Directions pairs{{1, 2}, {2, 3}, {1, 3}};
  std::uint64_t lost = 0;  // in some rounds nothing may just be under way
  for (int round = 0; round < 6; ++round) {
    const auto& [a, b] = pairs[static_cast<std::size_t>(round) % pairs.size()];
    plant.step("rejecting", [&] { return plant.network().reject({{a, b}, {b, a}}); });
    plant.pause(milliseconds(100));
    lost += end_fault(plant);
    plant.pause(milliseconds(400));
  }
  require_loss(plant, lost);
}

}  // namespace

void add_network_scenarios(std::vector<Scenario>& all) {
  const PlantOptions five{.sites = 5};
  const PlantOptions four{.sites = 4};
  const std::vector<Need> loss{Need::kLoss};
  const auto add = [&](const char* name, const char* about, bool smoke, const PlantOptions& options,
                       void (*act)(Plant&)) {
    all.push_back({name, about, smoke, options, loss, true, act});
  };
  add("partition-minority", "two of five are cut off", true, five, partition_minority);
  add("partition-with-oldest", "the two oldest of five are cut off", false, five,
      partition_with_oldest);
  add("even-split", "two and two: the half with the oldest goes on", false, four, even_split);
  add("isolate-oldest", "the oldest of three is cut off", false, {}, isolate_oldest);
  add("one-way-out", "nobody hears the oldest, which hears all", true, {}, one_way_out);
  add("one-way-in", "the youngest hears nobody and is heard by all", false, {}, one_way_in);
  add("single-link", "one link of four sites is broken, both ways", false, four, single_link);
  add("ring", "each of five sites hears its two neighbours only", false, five, ring);
  add("bridge", "two halves of five that share one site", false, five, bridge);
  add("flapping", "the oldest is cut off for less than a second, five times", false, {}, flapping);
  add("loss-1", "1 % of all packets are lost", false, {}, loss_1);
  add("loss-5", "5 % of all packets are lost", false, {}, loss_5);
  add("loss-20", "20 % of all packets are lost", false, {}, loss_20);
  add("reset-storm", "all packets of a pair are answered by resets, six times", false, {},
      reset_storm);
}

}  // namespace cohort::lab
