#include "platform/sim/run.h"

#include <algorithm>
#include <utility>

#include "platform/base/instrument.h"
#include "platform/base/instrument_run.h"
#include "platform/sim/decide.h"
#include "platform/sim/nemesis.h"
#include "platform/sim/workload.h"

namespace cohort::sim {

namespace {

constexpr Duration kRestBound = seconds(90);  ///< virtual, from the end of the faults
constexpr Duration kLook = millis(50);
constexpr Duration kSettle = seconds(2);
constexpr int kSettlings = 10;  ///< so often what happens while it settles may break the rest
constexpr std::uint64_t kEventBound = 4'000'000;
/// Ten times what a run usually takes. From there on nothing new is begun, or its judges would need
/// minutes; the faults go on.
constexpr std::uint64_t kActingBound = 400'000;

void run_until(World& world, Duration end) {
  bool reached = false;
  world.queue().at(end, [&reached] { reached = true; });
  while (!reached && world.queue().executed() < kEventBound && world.step()) {
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

/// False once it is not at rest at some moment of that time: what happens just before its end would
/// be under way still.
bool rests_for(World& world, Workload& workload, Duration time) {
  const Duration end = world.queue().now() + time;
  while (world.queue().now() < end) {
    if (world.queue().executed() >= kEventBound) return false;
    run_until(world, world.queue().now() + kLook);
    if (!workload.at_rest()) return false;
  }
  return true;
}

void start_sites(World& world) {
  for (const auto& [id, site] : world.sites()) {
    const std::uint64_t decision = decide(world.options().seed, {0x626f6f74, id.value});
    Site* where = site.get();
    world.queue().after(between(decision, {}, millis(400)), [&world, where] {
      Action start;
      start.verb = Verb::kStartSite;
      start.sites = {where->id()};
      world.journal(start);
      where->start();
    });
  }
}

void act_until_faults_end(World& world, Workload& workload) {
  while (world.queue().now() < world.options().fault_phase &&
         world.queue().executed() < kEventBound) {
    (void)workload.at_rest();
    if (world.queue().executed() > kActingBound) workload.stop_acting();
    run_until(world, world.queue().now() + kLook);
  }
}

/// The plant comes to rest, says goodbye, and comes to rest again; else the reason why not.
std::string end_in_order(World& world, Workload& workload) {
  for (const bool last : {false, true}) {
    if (last) workload.say_goodbye();
    if (!come_to_rest(world, workload)) return workload.unrest();
  }
  for (int again = 0; again < kSettlings; ++again) {
    if (rests_for(world, workload, kSettle)) return "";
    COHORT_PROBE("run.unrest_while_settling");
    if (!come_to_rest(world, workload)) return workload.unrest();
  }
  return "the plant comes to rest, but not for long, " + std::to_string(kSettlings) + " times";
}

/// The violations of liveness that no history shows.
std::vector<checkers::Violation> live(World& world, std::vector<JournalEntry>& journal) {
  Workload workload(world);
  Nemesis nemesis(world, workload);
  start_sites(world);
  run_until(world, millis(500));
  nemesis.start();
  act_until_faults_end(world, workload);
  workload.give_up_on(nemesis.stop());
  if (world.keeps_journal()) journal = world.take_journal();
  workload.stop_acting();
  std::string unrest = end_in_order(world, workload);
  if (!unrest.empty() && !workload.quorum_left()) {
    // Those that were left could not go on by themselves: they had to wait, and may go on now.
    COHORT_PROBE("run.no_quorum_left");
    nemesis.mend();
    workload.give_up_on({});
    unrest = end_in_order(world, workload);
  }
  if (unrest.empty()) {
    workload.run_over();
    return {};
  }
  return {{"L1", "the plant does not come to rest after the last fault: " + unrest, {}}};
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
  for (const auto& violation : world.lease_watch().violations()) {
    result.violations.push_back(violation);
  }
  for (const auto& violation : world.durable_watch().violations()) {
    result.violations.push_back(violation);
  }
  for (auto& violation : suite.finish()) result.violations.push_back(std::move(violation));
  result.probes = instrument::probes();
  if (!result.violations.empty()) {
    for (const auto& [id, site] : world.sites()) {
      for (const std::string& line : site->traces()) result.last_traces.push_back(line);
    }
  }
  return result;
}

std::string first_difference(const RunSettings& settings) {
  std::vector<World::Mark> trails[2];
  std::vector<std::string> said[2];
  for (const int turn : {0, 1}) {
    RunSettings one = settings;
    one.keep_trail = true;
    one.trace_sink = [&said, turn](const std::string& line) { said[turn].push_back(line); };
    trails[turn] = run_seed(one).trail;
  }
  const std::size_t least = std::min(trails[0].size(), trails[1].size());
  std::size_t at = 0;
  while (at < least && trails[0][at].digest == trails[1][at].digest &&
         trails[0][at].at == trails[1][at].at) {
    ++at;
  }
  if (at == least && trails[0].size() == trails[1].size()) return "";
  const Duration time = at < least ? trails[0][at].at : Duration{0};
  std::size_t line = 0;
  const std::size_t lines = std::min(said[0].size(), said[1].size());
  while (line < lines && said[0][line] == said[1][line]) ++line;
  return "the first difference is event " + std::to_string(at + 1) + " at " +
         std::to_string(time.count() / 1000) + " us; the first protocol event that differs: " +
         (line < lines ? "\"" + said[0][line] + "\" against \"" + said[1][line] + "\"" : "none");
}

RunResult run_seed(const RunSettings& settings) {
  instrument::probes().clear();
  instrument::active_mutant() = settings.mutant;
  World world(options_of(settings.seed, settings.profile));
  instrument::buggify_state() = {settings.seed, world.options().buggify, {}};
  world.trace_sink = settings.trace_sink;
  if (settings.keep_journal) world.keep_journal();
  world.journal_sink = settings.journal_sink;
  if (settings.keep_trail) world.keep_trail();
  std::vector<JournalEntry> journal;
  std::vector<checkers::Violation> found = live(world, journal);
  RunResult result = judge(world, std::move(found), settings.keep_history);
  result.journal = std::move(journal);
  if (settings.keep_trail) result.trail = world.take_trail();
  result.seed = settings.seed;
  instrument::active_mutant().clear();
  return result;
}

}  // namespace cohort::sim
