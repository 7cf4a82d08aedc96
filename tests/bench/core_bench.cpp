#include "tests/bench/core_bench.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <vector>

#include "tests/bench/core_plant.h"
#include "tests/bench/report.h"

namespace cohort::bench {

namespace {

constexpr Duration kHop = std::chrono::microseconds(50);
/// What may be under way at once: less than the window of one origin.
constexpr std::uint64_t kUnderWayBytes = 1024 * 1024;

struct Sender {
  std::uint16_t site = 0;
  core::ClientHandle client;
};

wire::Multicast make_multicast(const CoreBenchOptions& options, GroupId group) {
  wire::Multicast multicast;
  multicast.order = options.order == "abcast" ? wire::Order::kTotal : wire::Order::kCausal;
  multicast.safety = options.safe ? wire::Safety::kSafe : wire::Safety::kAgreed;
  multicast.destinations.groups.push_back(group);
  multicast.entry = 16;
  multicast.quiet = true;  // as the library sends where nobody asks for the number
  multicast.payload = Bytes(options.size, 0x5a);
  return multicast;
}

void report(const CoreBenchOptions& options, double cpu, const CorePlant::Counters& before,
            const CorePlant::Counters& after) {
  const auto each = [&options](std::uint64_t from, std::uint64_t to) {
    return static_cast<double>(to - from) / static_cast<double>(options.count);
  };
  Line("core")
      .add("order", options.order)
      .add("sites", std::uint64_t{options.sites})
      .add("senders", std::uint64_t{options.senders})
      .add("size", std::uint64_t{options.size})
      .add("count", options.count)
      .add("cpu_ns_each", cpu * 1e9 / static_cast<double>(options.count))
      .add("frames_each", each(before.frames, after.frames))
      .add("frame_bytes_each", each(before.frame_bytes, after.frame_bytes))
      .add("records_each", each(before.records, after.records))
      .add("steps_each", each(before.steps, after.steps))
      .add("deliveries_each", each(before.deliveries, after.deliveries));
}

}  // namespace

void add_core_options(CLI::App& command, CoreBenchOptions& options) {
  command.add_option("--sites", options.sites, "sites, each with one member")
      ->check(CLI::Range(1, 64));
  command.add_option("--senders", options.senders, "the first so many members send");
  command.add_option("--size", options.size, "bytes of a payload");
  command.add_option("--batch", options.batch, "multicasts given at once")
      ->check(CLI::Range(1, 65536));
  command.add_option("--count", options.count, "multicasts in all")->check(CLI::PositiveNumber);
  command.add_option("--order", options.order, "cbcast or abcast")
      ->check(CLI::IsMember({"cbcast", "abcast"}));
  command.add_flag("--safe", options.safe, "safe delivery");
}

int run_core_bench(const CoreBenchOptions& options) {
  CorePlant plant(options.sites, kHop);
  std::vector<Sender> members;
  GroupId group;
  for (std::uint16_t site = 1; site <= options.sites; ++site) {
    members.push_back({site, plant.open_client(site)});
    plant.run_for(millis(5));
    group = plant.join(site, members.back().client, "bench");
  }
  members.resize(std::clamp<std::size_t>(options.senders, 1, options.sites));
  wire::Multicast multicast = make_multicast(options, group);
  const std::uint64_t under_way = std::max<std::uint64_t>(
      options.batch, kUnderWayBytes / std::max<std::size_t>(options.size, 1));

  const CorePlant::Counters before = plant.counters();
  const double cpu = cpu_seconds();
  std::uint64_t given = 0;
  while (given < options.count) {
    for (const Sender& sender : members) {
      for (std::size_t i = 0; i < options.batch && given < options.count; ++i, ++given) {
        multicast.token = given + 1;
        plant.ask(sender.site, sender.client, multicast);
      }
    }
    const std::uint64_t wanted = given > under_way ? given - under_way : 0;
    plant.run_for(kHop);
    if (!plant.run_until_delivered(before.deliveries + wanted * options.sites, seconds(60))) {
      return 1;
    }
  }
  const std::uint64_t all = before.deliveries + options.count * options.sites;
  if (!plant.run_until_delivered(all, seconds(60))) return 1;
  report(options, cpu_seconds() - cpu, before, plant.counters());
  return 0;
}

}  // namespace cohort::bench
