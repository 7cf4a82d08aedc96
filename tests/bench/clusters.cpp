/// Clusters of clusters (docs/scaling.md), simulated: real protocols processes in each plant, and a
/// bridge that is a client of site 1 in each and passes on what its own plant's members send.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "platform/base/assert.h"
#include "tests/bench/core_plant.h"
#include "tests/bench/report.h"
#include "tests/bench/scale.h"

namespace cohort::bench {

namespace {

constexpr Duration kHop = std::chrono::microseconds(100);
/// The plants are let run in turn by so much: less than a message between clusters takes.
constexpr Duration kSlice = std::chrono::microseconds(50);
constexpr Duration kWindow = millis(300);
constexpr std::uint8_t kEntry = 16;
constexpr std::uint8_t kPassedOnEntry = 17;

constexpr double kWindowSeconds = 0.3;
static_assert(kWindow == millis(300));

std::uint64_t multicasts(const ScaleOptions& options) {
  const auto count = static_cast<std::uint64_t>(to_millis(kWindow)) * options.rate / 1000;
  return std::max<std::uint64_t>(count, 1);
}

struct Shape {
  std::uint16_t clusters;
  std::uint16_t sites;  ///< in each
};
constexpr Shape kShapes[] = {{1, 16}, {4, 4}, {1, 64}, {4, 16}, {8, 8}, {16, 16}};

/// One plant, a member of the group at each of its sites, and the bridge.
struct Cluster {
  explicit Cluster(std::uint16_t sites) : plant(sites, kHop) {
    for (std::uint16_t site = 1; site <= sites; ++site) {
      const core::ClientHandle member = plant.open_client(site);
      if (site == 1) first = member;
      plant.run_for(millis(5));
      group = plant.join(site, member, "group");
    }
    bridge = plant.open_client(1);
    plant.run_for(millis(5));
    plant.join(1, bridge, "group");
    plant.run_for(seconds(1));
  }

  void send(core::ClientHandle client, std::uint8_t entry, const Bytes& payload) {
    wire::Multicast multicast;
    multicast.token = ++token;
    multicast.order = wire::Order::kTotal;
    multicast.entry = entry;
    multicast.payload = payload;
    multicast.destinations.groups.push_back(group);
    plant.ask(1, client, multicast);
  }

  CorePlant plant;
  core::ClientHandle first;
  core::ClientHandle bridge;
  GroupId group;
  std::uint64_t token = 0;
};

class Installation {
 public:
  explicit Installation(Shape shape) : shape_(shape) {
    for (std::uint16_t i = 0; i < shape.clusters; ++i) {
      clusters_.push_back(std::make_unique<Cluster>(shape.sites));
    }
    for (const auto& cluster : clusters_) latest_ = std::max(latest_, cluster->plant.now());
    run_for(millis(1));
    // Only the first cluster's members send, so only its bridge has something to pass on.
    Cluster& home = *clusters_.front();
    home.plant.watch_deliveries(home.bridge, [this](const wire::Deliver& delivery) {
      if (delivery.entry != kEntry) return;
      for (std::size_t i = 1; i < clusters_.size(); ++i) {
        crossed_bytes_ += static_cast<double>(delivery.payload.size());
        crossing_.push_back({latest_ + kHop, i, delivery.payload});
      }
    });
  }

  void report(const ScaleOptions& options) {
    const Totals idle = watch(options, false);
    const Totals busy = watch(options, true);
    const auto count = static_cast<double>(multicasts(options));
    const auto sites = static_cast<double>(shape_.clusters * shape_.sites);
    const double messages = (busy.frames - idle.frames) / count;
    const double bytes = (busy.bytes - idle.bytes) / count;
    const double latency = time_of_one(options);
    if (options.json) {
      Line("clusters")
          .add("clusters", std::uint64_t{shape_.clusters})
          .add("sites", std::uint64_t{shape_.sites})
          .add("messages", messages)
          .add("bytes", bytes)
          .add("idle_messages", idle.frames / sites / kWindowSeconds)
          .add("idle_bytes", idle.bytes / sites / kWindowSeconds)
          .add("latency_us", latency);
      return;
    }
    fmt::print("| {} | {} | {} | {:.1f} | {:.0f} | {:.0f} | {:.0f} | {:.0f} |\n", sites,
               shape_.clusters, shape_.sites, messages, bytes, idle.frames / sites / kWindowSeconds,
               idle.bytes / sites / kWindowSeconds, latency);
    std::fflush(stdout);
  }

 private:
  struct Crossing {
    MonotonicTime at;
    std::size_t to = 0;
    Bytes payload;
  };
  struct Totals {
    double frames = 0;
    double bytes = 0;
    double deliveries = 0;
  };

  void run_for(Duration duration) {
    const MonotonicTime end = latest_ + duration;
    while (latest_ < end) {
      pass_on();
      latest_ += kSlice;
      for (const auto& cluster : clusters_) cluster->plant.run_until(latest_);
    }
  }

  void pass_on() {
    std::vector<Crossing> due;
    std::swap(due, crossing_);
    for (Crossing& crossing : due) {
      if (crossing.at > latest_) {
        crossing_.push_back(std::move(crossing));
        continue;
      }
      ++crossed_;
      Cluster& cluster = *clusters_[crossing.to];
      cluster.send(cluster.bridge, kPassedOnEntry, crossing.payload);
    }
  }

  Totals totals() const {
    Totals totals{crossed_, crossed_bytes_, 0};
    for (const auto& cluster : clusters_) {
      const CorePlant::Counters& counters = cluster->plant.counters();
      totals.frames += static_cast<double>(counters.frames);
      totals.bytes += static_cast<double>(counters.frame_bytes);
      totals.deliveries += static_cast<double>(counters.deliveries);
    }
    return totals;
  }

  Totals watch(const ScaleOptions& options, bool sending) {
    const Totals before = totals();
    const Bytes payload(options.size, 0x5a);
    Cluster& home = *clusters_.front();
    for (std::uint64_t i = 0; i < multicasts(options); ++i) {
      if (sending) home.send(home.first, kEntry, payload);
      run_for(kWindow / multicasts(options));
    }
    Totals after = totals();
    after.frames -= before.frames;
    after.bytes -= before.bytes;
    return after;
  }

  /// Microseconds of virtual time from a send to the last member's delivery, nothing else going on.
  double time_of_one(const ScaleOptions& options) {
    run_for(seconds(1));
    const double before = totals().deliveries;
    const double wanted = before + shape_.clusters * (shape_.sites + 1.0);
    const MonotonicTime sent = latest_;
    Cluster& home = *clusters_.front();
    home.send(home.first, kEntry, Bytes(options.size, 0x5a));
    while (totals().deliveries < wanted && latest_ < sent + seconds(5)) run_for(kSlice);
    COHORT_ASSERT(totals().deliveries >= wanted, "every member is delivered every message");
    MonotonicTime last{};
    for (const auto& cluster : clusters_) last = std::max(last, cluster->plant.last_delivery());
    return static_cast<double>((last - sent).count()) / 1000.0;
  }

  Shape shape_;
  std::vector<std::unique_ptr<Cluster>> clusters_;
  std::vector<Crossing> crossing_;
  MonotonicTime latest_{};
  double crossed_ = 0;
  double crossed_bytes_ = 0;
};

}  // namespace

int run_clusters(const ScaleOptions& options) {
  if (!options.json) {
    fmt::print("\nOne group with a member at every site, ABCAST\n\n");
    fmt::print(
        "| sites | clusters | sites in each | messages a multicast | bytes a multicast | idle: "
        "messages a second and site | idle: bytes a second and site | us to the last "
        "delivery, of which {} a hop |\n",
        kHop.count() / 1000);
    fmt::print("|---|---|---|---|---|---|---|---|\n");
  }
  for (const Shape shape : kShapes) {
    if (shape.sites <= options.most_sites) Installation(shape).report(options);
  }
  return 0;
}

}  // namespace cohort::bench
