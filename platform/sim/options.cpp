#include "platform/sim/options.h"

#include <algorithm>
#include <array>

#include "platform/base/rng.h"
#include "platform/sim/decide.h"

namespace cohort::sim {

namespace {

/// Zero in half of the cases, else a mean time between `low` and `high`.
Duration maybe(Rng& rng, Duration low, Duration high) {
  const bool on = rng.chance(0.5);
  const Duration mean = between(rng.next(), low, high);
  return on ? mean : Duration{0};
}

std::size_t between_bytes(Rng& rng, std::size_t least, std::size_t most) {
  return least + rng.below(most - least + 1);
}

FaultOptions draw_faults(Rng rng) {
  FaultOptions faults;
  faults.site_crash = maybe(rng, seconds(1), seconds(5));
  faults.process_crash = maybe(rng, millis(500), seconds(3));
  faults.link_reset = maybe(rng, millis(200), seconds(2));
  faults.partition = maybe(rng, seconds(2), seconds(6));
  faults.clog = maybe(rng, millis(300), seconds(3));
  faults.pause = maybe(rng, millis(500), seconds(3));
  faults.trigger = rng.chance(0.5);
  faults.half_open = maybe(rng, millis(500), seconds(3));
  faults.flap = maybe(rng, seconds(1), seconds(5));
  faults.slow_link = maybe(rng, seconds(1), seconds(5));
  faults.disk = maybe(rng, seconds(1), seconds(5));
  faults.clock = maybe(rng, seconds(1), seconds(4));
  faults.processor = maybe(rng, seconds(1), seconds(5));
  faults.client = maybe(rng, millis(400), seconds(3));
  faults.lose_for_good = rng.chance(0.25);
  return faults;
}

FaultOptions storm() {
  FaultOptions faults;
  faults.site_crash = millis(700);
  faults.process_crash = millis(400);
  faults.link_reset = millis(150);
  faults.partition = seconds(2);
  faults.clog = millis(300);
  faults.pause = millis(500);
  faults.trigger = true;
  faults.half_open = millis(500);
  faults.flap = seconds(2);
  faults.disk = seconds(1);
  faults.client = millis(700);
  return faults;
}

/// Small windows and long messages, so that everything that can fill does.
void draw_flow(Rng rng, const std::string& profile, Options& options) {
  if (profile == "flow" || rng.chance(0.25)) {
    options.flow.part = between_bytes(rng, 100, 4'000);
    options.flow.unstable = between_bytes(rng, 1'000, 60'000);
    options.flow.large = between_bytes(rng, 10'000, 200'000);
    options.flow.client_high_water = between_bytes(rng, 2'000, 60'000);
    options.flow.unacked_floor = between_bytes(rng, 1'000, 20'000);
    options.flow.unacked_ceiling = options.flow.unacked_floor + between_bytes(rng, 0, 60'000);
    options.flow.unacknowledged = between_bytes(rng, 500, 8'000);
    options.flow.slow_member = between(rng.next(), millis(700), seconds(3));
    if (rng.chance(0.5)) options.reader_pause = between(rng.next(), millis(100), seconds(2));
    if (rng.chance(0.5))
      options.payload_max = static_cast<std::uint32_t>(between_bytes(rng, 1'000, 60'000));
  }
  options.huge = profile != "flow" && rng.chance(0.01);
  // Blocks of a state are as long as that, whatever the workload sends.
  constexpr std::size_t kLongestOfTools = 34'000;
  options.flow.payload = std::max<std::size_t>(options.payload_max + 16, kLongestOfTools);
  if (options.huge) {
    options.flow = core::FlowLimits{};
    return;
  }
  options.flow.global =
      std::min<std::size_t>(options.payload_max + 16, limits::kGlobalPayloadBytes);
}

/// Most of a plant's seeds have three or five sites; one has a single one, one has six.
constexpr std::array<std::uint32_t, 14> kSites{3, 3, 3, 3, 5, 5, 5, 4, 4, 2, 2, 7, 6, 1};

}  // namespace

Options options_of(std::uint64_t seed, const std::string& profile) {
  Rng rng = Rng(seed).fork("options");
  Options options;
  options.seed = seed;
  options.sites = kSites[rng.below(kSites.size())];
  options.clients_per_site = static_cast<std::uint32_t>(1 + rng.below(options.sites > 4 ? 2 : 3));
  options.groups = static_cast<std::uint32_t>(1 + rng.below(4));
  options.fault_phase = between(rng.next(), seconds(4), seconds(10));
  options.work_period = between(rng.next(), millis(30), millis(200));
  options.client_delay = rng.chance(0.2) ? millis(10) : Duration(100'000);
  options.payload_max = rng.chance(0.1) ? 40'000 : 64;
  options.network.base = between(rng.next(), Duration(20'000), millis(2));
  options.network.jitter = between(rng.next(), Duration(10'000), millis(5));
  options.network.loss = rng.chance(0.5) ? 0 : rng.unit() * 0.02;
  options.faults = draw_faults(rng.fork("faults"));
  Rng tools = rng.fork("tools");
  options.tool_share = tools.chance(0.4) ? 0.2 + 0.6 * tools.unit() : 0;
  options.buggify = rng.fork("buggify").chance(0.8) && profile != "calm";
  options.witness = options.sites == 3 && rng.fork("witness").chance(0.15);
  if (profile == "tools") options.tool_share = 0.85;
  draw_flow(rng.fork("flow"), profile, options);
  if (profile == "calm") options.faults = {};
  if (profile == "storm") options.faults = storm();
  if (profile == "total") options.faults.total_failure = seconds(2);
  if (profile == "quorum") {
    options.faults.quorum_too = true;
    options.faults.split = seconds(2);
    options.faults.lose_for_good = false;
  }
  if (profile == "views") {
    options.faults = {.site_crash = seconds(1), .trigger = true};
  }
  return options;
}

}  // namespace cohort::sim
