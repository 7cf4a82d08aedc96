// Scenarios of TCP connections that behave as real networks make them: late, slow, held, cut in the
// middle of a frame, half open. The fault proxy does it (tests/lab/proxy).
#include <fmt/format.h>

#include "lab/driver/scenario.h"

namespace cohort::lab {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::string of(std::size_t site) {
  return Network::address(site);
}

void must_have(Plant& plant, const std::string& counter) {
  const std::uint64_t count = plant.proxy_count(counter);
  plant.require(count > 0, fmt::format("the proxy counts nothing for '{}'", counter));
  plant.note(fmt::format("{} {}", counter, count));
}

void delay(Plant& plant) {
  plant.proxy("set * * delay_ms=20 jitter_ms=30");
  plant.until_progress(plant.all(), 40);
  must_have(plant, "delayed");
}

/// One site is far away: in both directions, at every distance.
void far_site(Plant& plant) {
  plant.proxy("set * " + of(3) + " delay_ms=100 jitter_ms=40");
  plant.proxy("set " + of(3) + " * delay_ms=100 jitter_ms=40");
  plant.until_progress(plant.all(), 30);
  must_have(plant, "delayed");
}

/// Every frame comes in pieces of a few bytes.
void small_pieces(Plant& plant) {
  plant.proxy("set * * piece=7");
  plant.until_progress(plant.all(), 20);
  must_have(plant, "bytes");
}

/// 40 kB a second towards one site: its backlog must not stop the others for ever.
void slow_link(Plant& plant) {
  plant.proxy("set * " + of(3) + " rate=40000 piece=4096");
  plant.pause(seconds(5));
  must_have(plant, "delayed");
  plant.until_progress({1, 2});
}

void cuts(Plant& plant) {
  for (int round = 0; round < 10; ++round) {
    const std::size_t a = 1 + static_cast<std::size_t>(round) % 3;
    plant.proxy("cut " + of(a) + " " + of(1 + a % 3));
    plant.pause(milliseconds(250));
  }
  must_have(plant, "cut");
}

/// The receiver has half a frame when the connection is reset.
void cuts_in_mid_frame(Plant& plant) {
  for (int round = 0; round < 10; ++round) {
    const std::size_t a = 1 + static_cast<std::size_t>(round) % 3;
    const std::size_t b = 1 + (a + static_cast<std::size_t>(round / 3)) % 3;
    plant.proxy("cut-mid-frame " + of(a) + " " + of(a == b ? 1 + b % 3 : b));
    plant.pause(milliseconds(250));
  }
  must_have(plant, "cut");
}

/// One end is told that the connection is gone, the other end never hears of it.
void half_open(Plant& plant) {
  plant.proxy("half-open " + of(3) + " " + of(1));
  plant.pause(seconds(2));
  plant.proxy("half-open " + of(1) + " " + of(2));
  plant.pause(seconds(2));
  must_have(plant, "cut");
}

/// What one site sends to another is held for a while, and then comes all at once; its connections
/// stay. In the other direction everything passes.
void held_one_way(Plant& plant) {
  for (int round = 0; round < 3; ++round) {
    plant.proxy("set " + of(2) + " " + of(1) + " hold=1");
    plant.pause(milliseconds(400 + 900 * round));
    plant.proxy("heal");
    plant.pause(milliseconds(500));
  }
}

/// All connections are reset, and none can be made for a while.
void refused(Plant& plant) {
  plant.proxy("set * * refuse=1");
  plant.proxy("cut " + of(1) + " " + of(3));
  plant.proxy("cut " + of(2) + " " + of(3));
  plant.until_view({1, 2}, 2);
  plant.until_progress({1, 2});
  must_have(plant, "refused");
}

}  // namespace

void add_proxy_scenarios(std::vector<Scenario>& all) {
  const PlantOptions through{.through_proxy = true};
  const auto add = [&](const char* name, const char* about, bool smoke, void (*act)(Plant&)) {
    all.push_back({name, about, smoke, through, {}, true, act});
  };
  add("delay", "20 to 50 ms between all sites", false, delay);
  add("far-site", "one site is 100 to 140 ms away", false, far_site);
  add("small-pieces", "everything arrives in pieces of 7 bytes", false, small_pieces);
  add("slow-link", "40 kB a second towards one site", false, slow_link);
  add("cuts", "connections are reset, ten times", false, cuts);
  add("cuts-in-mid-frame", "connections are reset in the middle of a frame, ten times", true,
      cuts_in_mid_frame);
  add("half-open", "one end of a connection never hears that it is gone", true, half_open);
  add("held-one-way", "one direction is held and then comes all at once", false, held_one_way);
  add("refused", "one site's connections are reset and none can be made", false, refused);
}

}  // namespace cohort::lab
