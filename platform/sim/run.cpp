#include "platform/sim/run.h"

#include <utility>

#include "platform/base/instrument.h"
#include "platform/sim/decide.h"
#include "platform/sim/nemesis.h"
#include "platform/sim/workload.h"

namespace cohort::sim {

namespace {

constexpr Duration kRestBound = seconds(90);  ///< virtual, from the end of the faults
constexpr Duration kLook = millis(50);
constexpr Duration kSettle = seconds(2);
constexpr std::uint64_t kEventBound = 4'000'000;

void run_until(World& world, Duration end) {
  bool reached = false;
  world.queue().at(end, [&reached] { reached = true; });
  while (!reached && world.queue().executed() < kEventBound && world.queue().step()) {
  }
}

/// Looks again and again until all is at rest; false where it never is.
bool come_to_rest(World& world, Workload& workload) {
  const Duration end = world.queue().now() + kRestBound;
  while (world.queue().now() < end && world.queue().executed() < kEventBound) {
    if (workload.at_rest()) return true;
    run_until(world, world.queue().now() + kLook);
  }
  return false;
}

void start_sites(World& world) {
  for (const auto& [id, site] : world.sites()) {
    const std::uint64_t decision = decide(world.options().seed, {0x626f6f74, id.value});
    Site* where = site.get();
    world.queue().after(between(decision, {}, millis(400)), [where] { where->start(); });
  }
}

/// The violations of liveness that no history shows.
std::vector<checkers::Violation> live(World& world) {
  Workload workload(world);
  Nemesis nemesis(world, workload);
  start_sites(world);
  const Duration fault_end = world.options().fault_phase;
  run_until(world, millis(500));
  nemesis.start();
  while (world.queue().now() < fault_end) {
    (void)workload.at_rest();
    run_until(world, world.queue().now() + kLook);
  }
  nemesis.stop();
  workload.stop_acting();
  std::vector<checkers::Violation> violations;
  for (const bool last : {false, true}) {
    if (last) workload.say_goodbye();
    if (violations.empty() && !come_to_rest(world, workload)) {
      violations.push_back(
          {"L1", "the plant does not come to rest after the last fault: " + workload.unrest(), {}});
    }
  }
  if (violations.empty()) {
    run_until(world, world.queue().now() + kSettle);
    workload.run_over();
  }
  return violations;
}

void count_history(const std::vector<wire::HistoryRecord>& history, RunResult& result) {
  result.records = history.size();
  std::map<std::pair<GroupId, std::uint64_t>, bool> views;
  for (const wire::HistoryRecord& record : history) {
    if (record.kind == wire::HistoryKind::kDeliver) ++result.deliveries;
    if (record.kind == wire::HistoryKind::kView) views[{record.group, record.view}] = true;
    if (record.kind == wire::HistoryKind::kSites) {
      result.site_views = std::max(result.site_views, record.view);
    }
  }
  result.group_views = views.size();
}

void count_world(World& world, RunResult& result) {
  result.events = world.queue().executed();
  result.frames = world.network().frames();
  result.resets = world.network().resets();
  result.virtual_ms = to_millis(world.queue().now());
  result.sites = world.options().sites;
  result.counts = world.counts();
  for (const auto& [id, site] : world.sites()) result.steps += site->steps();
}

}  // namespace

RunResult judge(World& world, std::vector<checkers::Violation> found, bool keep_history) {
  RunResult result;
  result.violations = std::move(found);
  if (!world.beyond_bounds().empty()) {
    result.violations.push_back({"F1", world.beyond_bounds(), {}});
  }
  count_world(world, result);
  std::vector<wire::HistoryRecord> history = std::move(world.recorder().records);
  count_history(history, result);
  for (const wire::HistoryRecord& record : history) world.digest().add(wire::to_line(record));
  result.digest = world.digest().value();
  if (keep_history) result.history = history;
  checkers::Suite suite;
  for (wire::HistoryRecord& record : history) suite.feed(std::move(record));
  for (auto& violation : suite.finish()) result.violations.push_back(std::move(violation));
  result.probes = instrument::probes();
  if (!result.violations.empty()) {
    for (const auto& [id, site] : world.sites()) {
      for (const std::string& line : site->traces()) result.last_traces.push_back(line);
    }
  }
  return result;
}

RunResult run_seed(const RunSettings& settings) {
  instrument::probes().clear();
  instrument::active_mutant() = settings.mutant;
  World world(options_of(settings.seed, settings.profile));
  world.trace_sink = settings.trace_sink;
  std::vector<checkers::Violation> found = live(world);
  RunResult result = judge(world, std::move(found), settings.keep_history);
  result.seed = settings.seed;
  instrument::active_mutant().clear();
  return result;
}

}  // namespace cohort::sim
