#include "tests/bench/scale.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "platform/base/assert.h"
#include "tests/bench/core_plant.h"
#include "tests/bench/report.h"

namespace cohort::bench {

namespace {

constexpr Duration kHop = std::chrono::microseconds(100);
constexpr std::uint16_t kSmallGroup = 3;
/// Sites of the plant in which the number of groups grows.
constexpr std::uint16_t kSitesOfGroups = 8;
/// How long a plant is watched, in virtual time.
constexpr Duration kWindow = millis(300);

constexpr double kWindowSeconds = 0.3;
static_assert(kWindow == millis(300));

std::uint64_t multicasts_in(Duration window, std::uint64_t rate) {
  const auto count = static_cast<std::uint64_t>(to_millis(window)) * rate / 1000;
  return std::max<std::uint64_t>(count, 1);
}

struct Point {
  std::uint16_t sites = 0;
  std::uint32_t groups = 1;
  std::uint16_t members = 0;
  std::string order;
  double frames = 0;  ///< between sites, a multicast, above those of an idle plant
  double bytes = 0;
  double idle_frames = 0;  ///< a second and site, without any traffic
  double idle_bytes = 0;
};

class Curve {
 public:
  explicit Curve(const ScaleOptions& options)
      : options_(options), count_(multicasts_in(kWindow, options.rate)) {}

  /// A plant with groups of the first so many sites (of the next ones, around, for each group).
  Point measure(std::uint16_t sites, std::uint32_t groups, std::uint16_t members,
                wire::Order order) {
    CorePlant plant(sites, kHop);
    open_clients(plant, sites);
    std::vector<GroupId> ids;
    for (std::uint32_t number = 0; number < groups; ++number) {
      ids.push_back(make_group(plant, number, members, sites));
    }
    plant.run_for(millis(300));
    const CorePlant::Counters idle = watch(plant, {}, order);
    const CorePlant::Counters busy = watch(plant, ids, order);
    Point point;
    point.sites = sites;
    point.groups = groups;
    point.members = members;
    point.order = order == wire::Order::kTotal ? "abcast" : "cbcast";
    const auto count = static_cast<double>(count_);
    point.frames = (static_cast<double>(busy.frames) - static_cast<double>(idle.frames)) / count;
    point.bytes =
        (static_cast<double>(busy.frame_bytes) - static_cast<double>(idle.frame_bytes)) / count;
    point.idle_frames = static_cast<double>(idle.frames) / sites / kWindowSeconds;
    point.idle_bytes = static_cast<double>(idle.frame_bytes) / sites / kWindowSeconds;
    return point;
  }

 private:
  void open_clients(CorePlant& plant, std::uint16_t sites) {
    clients_.clear();
    for (std::uint16_t site = 1; site <= sites; ++site) clients_[site] = plant.open_client(site);
    plant.run_for(millis(10));
  }

  /// Site 1 is a member of every group, so that one process can send to all of them.
  GroupId make_group(CorePlant& plant, std::uint32_t number, std::uint16_t members,
                     std::uint16_t sites) {
    const std::string name = "group" + std::to_string(number);
    GroupId group;
    for (std::uint16_t i = 0; i < members; ++i) {
      const auto site = i == 0 ? 1
                               : 2 + (number * (members - 1U) + i - 1U) %
                                         (std::max(sites, std::uint16_t{2}) - 1U);
      group = plant.join(static_cast<std::uint16_t>(site),
                         clients_.at(static_cast<std::uint16_t>(site)), name);
    }
    return group;
  }

  /// What crosses between sites in one window; with groups, while site 1 sends to each in turn.
  CorePlant::Counters watch(CorePlant& plant, const std::vector<GroupId>& groups,
                            wire::Order order) {
    const CorePlant::Counters before = plant.counters();
    const Duration step = kWindow / count_;
    const MonotonicTime began = plant.now();
    wire::Multicast multicast;
    multicast.order = order;
    multicast.entry = 16;
    multicast.payload = Bytes(options_.size, 0x5a);
    multicast.destinations.groups.resize(1);
    for (std::uint64_t i = 0; i < count_ && !groups.empty(); ++i) {
      multicast.token = i + 1;
      multicast.destinations.groups.front() = groups[i % groups.size()];
      plant.ask(1, clients_.at(1), multicast);
      plant.run_until(began + step * static_cast<std::int64_t>(i + 1));
    }
    plant.run_until(began + kWindow);
    CorePlant::Counters passed = plant.counters();
    passed.frames -= before.frames;
    passed.frame_bytes -= before.frame_bytes;
    return passed;
  }

  const ScaleOptions& options_;
  std::uint64_t count_;  ///< multicasts in a window
  std::map<std::uint16_t, core::ClientHandle> clients_;
};

void print_head(const ScaleOptions& options, const char* title) {
  if (options.json) return;
  fmt::print("\n{}\n\n", title);
  fmt::print(
      "| sites | groups | members | order | messages a multicast | bytes a multicast | idle: "
      "messages a second and site | idle: bytes a second and site |\n");
  fmt::print("|---|---|---|---|---|---|---|---|\n");
}

void print_point(const ScaleOptions& options, const Point& point) {
  if (!options.json) {
    fmt::print("| {} | {} | {} | {} | {:.2f} | {:.0f} | {:.0f} | {:.0f} |\n", point.sites,
               point.groups, point.members, point.order, point.frames, point.bytes,
               point.idle_frames, point.idle_bytes);
    std::fflush(stdout);
    return;
  }
  Line("scale")
      .add("sites", std::uint64_t{point.sites})
      .add("groups", std::uint64_t{point.groups})
      .add("members", std::uint64_t{point.members})
      .add("order", point.order)
      .add("messages", point.frames)
      .add("bytes", point.bytes)
      .add("idle_messages", point.idle_frames)
      .add("idle_bytes", point.idle_bytes);
}

constexpr wire::Order kOrders[] = {wire::Order::kCausal, wire::Order::kTotal};

void print_sites_curve(const ScaleOptions& options, Curve& curve) {
  print_head(options, "A group of three, and a group with a member at every site");
  for (std::uint32_t sites = 2; sites <= options.most_sites; sites *= 2) {
    const auto all = static_cast<std::uint16_t>(sites);
    for (const wire::Order order : kOrders) {
      if (all > kSmallGroup) print_point(options, curve.measure(all, 1, kSmallGroup, order));
      print_point(options, curve.measure(all, 1, all, order));
    }
  }
}

void print_groups_curve(const ScaleOptions& options, Curve& curve) {
  print_head(options, "Overlapping groups of three, used in turn");
  for (std::uint32_t groups = 1; groups <= options.most_groups; groups *= 10) {
    for (const wire::Order order : kOrders) {
      print_point(options, curve.measure(kSitesOfGroups, groups, kSmallGroup, order));
    }
  }
}

}  // namespace

void add_scale_options(CLI::App& command, ScaleOptions& options) {
  command.add_option("--sites", options.most_sites, "the largest plant")->check(CLI::Range(2, 64));
  command.add_option("--groups", options.most_groups, "the most groups")
      ->check(CLI::Range(1, 1000));
  command.add_option("--size", options.size, "bytes of a payload");
  command.add_option("--rate", options.rate, "multicasts a second of virtual time")
      ->check(CLI::Range(1, 100000));
  command.add_flag("--json", options.json, "one object a line");
}

int run_scale(const ScaleOptions& options) {
  Curve curve(options);
  print_sites_curve(options, curve);
  print_groups_curve(options, curve);
  return run_clusters(options);
}

}  // namespace cohort::bench
