/// cohort-bench: load generators for our platform. tests/bench/run starts them.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <string_view>

#include "tests/bench/core_bench.h"
#include "tests/bench/floor.h"
#include "tests/bench/keeper.h"
#include "tests/bench/member.h"
#include "tests/bench/scale.h"
#include "tests/bench/standstill.h"

namespace {

using namespace cohort;
using namespace cohort::bench;

using Run = task::Task<int> (*)(Member&);

void add_member_options(CLI::App& command, MemberOptions& options) {
  command.add_option("--config", options.plant, "the plant file")->required();
  command.add_option("--site", options.site, "the site of this member")->required();
  command.add_option("--group", options.group, "the group's name");
  command.add_option("--members", options.members, "how many members there will be");
  command.add_option("--rank", options.rank, "this member's number among them, from 0");
  command.add_option("--senders", options.senders, "the first so many members send");
  command.add_option("--size", options.size, "bytes of a payload, at least 16");
  command.add_option("--order", options.order, "cbcast or abcast")
      ->check(CLI::IsMember({"cbcast", "abcast"}));
  command.add_flag("--safe", options.safe, "safe delivery");
  command.add_option("--seconds", options.seconds, "how long to send");
  command.add_option("--iterations", options.iterations, "how many single operations");
  command.add_option("--outstanding", options.outstanding, "durable updates under way");
  command.add_option("--rate", options.rate, "messages a second that rank 1 sends beside");
  command.add_option("--state", options.state, "bytes of state that rank 0 holds");
  command.add_option("--patience", options.patience_s, "seconds after which the program ends");
}

/// The daemon may still be starting: tried again until the patience is over.
Result<std::unique_ptr<client::Host>> open_host(const config::PlantFile& plant,
                                                const MemberOptions& options) {
  client::HostOptions host_options;
  host_options.program = "bench";
  host_options.plant = plant;
  host_options.site = SiteId{options.site};
  host_options.record_history = false;
  host_options.log_to_file = false;
  const std::uint64_t limit = now_ns() + std::uint64_t{options.patience_s} * 900'000'000;
  for (;;) {
    auto host = client::Host::open(host_options);
    if (host || host.error().code == Errc::kInvalidArgument || now_ns() > limit) return host;
    ::usleep(1000);
  }
}

int run_member(const MemberOptions& options, Run run) {
  auto plant = config::read_plant_file(options.plant);
  if (!plant) {
    fmt::print(stderr, "cohort-bench: {}\n", plant.error().text);
    return client::kExitUsage;
  }
  ::alarm(options.patience_s);
  auto host = open_host(*plant, options);
  if (!host) {
    fmt::print(stderr, "cohort-bench: {}\n", host.error().text);
    return client::kExitNoDaemon;
  }
  Member member(**host, options);
  return (*host)->run(run(member));
}

struct Mode {
  const char* name;
  const char* what;
  Run run;
};
constexpr Mode kModes[] = {
    {"stream", "throughput, every message checked", run_stream},
    {"own-delivery", "time to the sender's own delivery", run_own_delivery},
    {"calls", "time to all replies", run_calls},
    {"durable", "durable updates, to the word that they are", run_durable},
    {"watch", "prints every view of the group", run_watch},
    {"joins", "time from joining to the own view", run_joins},
    {"transfer", "state transfer, and the gap that others see", run_transfer},
};

/// The options of what needs no plant.
struct Alone {
  CoreBenchOptions core;
  ScaleOptions scale;
  KeeperOptions keeper;
  std::uint64_t floor_iterations = 3000;
};

void add_alone(CLI::App& app, Alone& alone) {
  add_core_options(*app.add_subcommand("core", "the protocols alone: three of them in this thread"),
                   alone.core);
  add_scale_options(
      *app.add_subcommand("scale", "messages and bytes a multicast as the plant grows"),
      alone.scale);
  add_keeper_options(
      *app.add_subcommand("keeper", "durable updates of a ZooKeeper, to compare with"),
      alone.keeper);
  app.add_subcommand("standstill", "how long the machine itself stands still, until SIGTERM");
  app.add_subcommand("floor", "round trips with no protocol in the way, to compare with")
      ->add_option("--iterations", alone.floor_iterations, "how many round trips of each kind");
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Load generators that measure the platform; see docs/performance.md.",
               "cohort-bench");
  app.require_subcommand(1);
  MemberOptions member;
  for (const Mode& mode : kModes) {
    add_member_options(*app.add_subcommand(mode.name, mode.what), member);
  }
  Alone alone;
  add_alone(app, alone);
  CLI11_PARSE(app, argc, argv);
  const std::string chosen = app.get_subcommands().front()->get_name();
  member.durable = chosen == "durable";
  if (chosen == "core") return run_core_bench(alone.core);
  if (chosen == "scale") return run_scale(alone.scale);
  if (chosen == "keeper") return run_keeper(alone.keeper);
  if (chosen == "floor") return run_floor(alone.floor_iterations);
  if (chosen == "standstill") return run_standstill();
  for (const Mode& mode : kModes) {
    if (chosen == mode.name) return run_member(member, mode.run);
  }
  return client::kExitUsage;
}
