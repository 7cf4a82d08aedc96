#include "platform/sim/scenario/shrink.h"

#include <algorithm>
#include <set>
#include <utility>

namespace cohort::sim {

namespace {

bool is_action(const Step& step) {
  return step.kind == Step::Kind::kDo || step.kind == Step::Kind::kAt ||
         step.kind == Step::Kind::kAfter;
}

bool is_start(const Step& step) {
  return is_action(step) &&
         (step.action.verb == Verb::kStartSite || step.action.verb == Verb::kStartProcess ||
          step.action.verb == Verb::kStartTool);
}

bool is_fault(const Step& step) {
  return is_action(step) && !is_operation(step.action.verb) && !is_start(step);
}

bool is_plain_operation(const Step& step) {
  return is_action(step) && is_operation(step.action.verb) && !is_start(step);
}

bool names_site(const Action& action, SiteId site) {
  const auto& sites = action.sites;
  return std::find(sites.begin(), sites.end(), site) != sites.end() ||
         std::any_of(action.directions.begin(), action.directions.end(), [&](Direction direction) {
           return direction.from == site || direction.to == site;
         });
}

Duration rounded(Duration time, Duration to) {
  return Duration((time.count() + to.count() / 2) / to.count() * to.count());
}

}  // namespace

bool Shrinker::attempt(Scenario candidate, const char* what) {
  if (tries_ >= most_tries_) return false;
  ++tries_;
  if (!violates_(candidate)) return false;
  best_ = std::move(candidate);
  if (on_progress) on_progress(what, best_.steps.size(), tries_);
  return true;
}

bool Shrinker::drop_chunk(const std::vector<std::size_t>& steps, std::size_t from,
                          std::size_t count, const char* what) {
  Scenario candidate = best_;
  const std::size_t end = std::min(from + count, steps.size());
  for (std::size_t i = end; i > from; --i) {
    candidate.steps.erase(candidate.steps.begin() + static_cast<std::ptrdiff_t>(steps[i - 1]));
  }
  return attempt(std::move(candidate), what);
}

bool Shrinker::reduce(const Chosen& chosen, const char* what) {
  bool any = false;
  std::size_t chunk = best_.steps.size();
  while (chunk > 0 && tries_ < most_tries_) {
    std::vector<std::size_t> steps;
    for (std::size_t i = 0; i < best_.steps.size(); ++i) {
      if (chosen(best_.steps[i])) steps.push_back(i);
    }
    if (steps.empty()) return any;
    chunk = std::min(chunk, steps.size());
    bool dropped = false;
    // From the end: what comes last is most often not needed.
    for (std::size_t from = steps.size(); from > 0 && !dropped;) {
      const std::size_t begin = from > chunk ? from - chunk : 0;
      dropped = drop_chunk(steps, begin, from - begin, what);
      from = begin;
    }
    any = any || dropped;
    if (!dropped) chunk /= 2;
  }
  return any;
}

bool Shrinker::drop_processes() {
  std::set<std::string> processes;
  for (const Step& step : best_.steps) {
    if (!step.action.process.empty()) processes.insert(step.action.process);
  }
  bool any = false;
  for (const std::string& process : processes) {
    Scenario candidate = best_;
    std::erase_if(candidate.steps,
                  [&](const Step& step) { return step.action.process == process; });
    any = attempt(std::move(candidate), "processes") || any;
  }
  return any;
}

bool Shrinker::drop_groups() {
  std::set<std::string> groups;
  for (const Step& step : best_.steps) {
    if (step.action.verb == Verb::kJoin) groups.insert(step.action.names.front());
  }
  bool any = false;
  for (const std::string& group : groups) {
    Scenario candidate = best_;
    for (Step& step : candidate.steps) std::erase(step.action.names, group);
    std::erase_if(candidate.steps, [](const Step& step) {
      const Verb verb = step.action.verb;
      return verb >= Verb::kCreate && verb <= Verb::kMulticast && step.action.names.empty();
    });
    any = attempt(std::move(candidate), "groups") || any;
  }
  return any;
}

/// The site with the highest number, with all that is said of it and of its processes.
bool Shrinker::drop_last_site() {
  if (best_.options.sites < 2) return false;
  const SiteId last{static_cast<std::uint16_t>(best_.options.sites)};
  Scenario candidate = best_;
  std::set<std::string> processes;
  for (const Step& step : candidate.steps) {
    if (is_start(step) && !step.action.process.empty() && names_site(step.action, last)) {
      processes.insert(step.action.process);
    }
  }
  for (Step& step : candidate.steps) {
    std::erase(step.action.sites, last);
    std::erase_if(step.action.directions, [&](Direction direction) {
      return direction.from == last || direction.to == last;
    });
  }
  std::erase_if(candidate.steps, [&](const Step& step) {
    if (!is_action(step)) return false;
    if (processes.contains(step.action.process)) return true;
    const Verb verb = step.action.verb;
    const bool of_sites = verb <= Verb::kLeaveSite || (verb >= Verb::kDisk && verb <= Verb::kCpu);
    const bool of_links = verb >= Verb::kReset && verb <= Verb::kRelease;
    return (of_sites && step.action.sites.empty()) || (of_links && step.action.directions.empty());
  });
  --candidate.options.sites;
  candidate.options.witness = false;
  return attempt(std::move(candidate), "sites");
}

/// The faults may end right after the last step.
bool Shrinker::end_earlier() {
  Scenario candidate = best_;
  Duration last{0};
  for (const Step& step : candidate.steps) {
    if (step.kind == Step::Kind::kAt) last = std::max(last, step.time);
  }
  bool changed = false;
  for (Step& step : candidate.steps) {
    if (step.kind != Step::Kind::kRunTo) continue;
    const Duration end = rounded(last, millis(1)) + millis(10);
    changed = end < step.time;
    step.time = std::min(step.time, end);
  }
  return changed && attempt(std::move(candidate), "end");
}

bool Shrinker::simplify_plant() {
  bool any = false;
  const auto change = [&](auto apply) {
    Scenario candidate = best_;
    apply(candidate.options);
    any = attempt(std::move(candidate), "plant") || any;
  };
  const NetworkOptions& network = best_.options.network;
  if (network.loss > 0) change([](Options& options) { options.network.loss = 0; });
  if (network.tail > 0) change([](Options& options) { options.network.tail = 0; });
  if (network.jitter > Duration{0}) {
    change([](Options& options) { options.network.jitter = Duration{0}; });
  }
  if (network.base != millis(1)) {
    change([](Options& options) { options.network.base = millis(1); });
  }
  if (best_.options.buggify) change([](Options& options) { options.buggify = false; });
  if (best_.options.witness) change([](Options& options) { options.witness = false; });
  if (best_.options.client_delay != Duration(100'000)) {
    change([](Options& options) { options.client_delay = Duration(100'000); });
  }
  return any;
}

/// Round times, small messages, no "safe", no power cuts, no effects counted, where it still fails.
bool Shrinker::simplify_steps() {
  bool any = false;
  for (const Duration grain : {millis(1), millis(10)}) {
    Scenario candidate = best_;
    for (Step& step : candidate.steps) {
      step.time = rounded(step.time, grain);
      step.action.duration = rounded(step.action.duration, grain);
    }
    any = attempt(std::move(candidate), "times") || any;
  }
  const auto change = [&](auto applies, auto apply) {
    for (std::size_t i = 0; i < best_.steps.size(); ++i) {
      if (!is_action(best_.steps[i]) || !applies(best_.steps[i].action)) continue;
      Scenario candidate = best_;
      apply(candidate.steps[i].action);
      any = attempt(std::move(candidate), "values") || any;
    }
  };
  change([](const Action& a) { return a.verb == Verb::kMulticast && a.number > 0; },
         [](Action& a) { a.number = 0; });
  change([](const Action& a) { return a.safe; }, [](Action& a) { a.safe = false; });
  change([](const Action& a) { return a.verb == Verb::kCrashSite && a.power; },
         [](Action& a) { a.power = false; });
  change([](const Action& a) { return a.verb == Verb::kCrashSite && a.number > 0; },
         [](Action& a) { a.number = 0; });
  change([](const Action& a) { return a.names.size() > 1; }, [](Action& a) { a.names.pop_back(); });
  return any;
}

ShrinkReport Shrinker::shrink(const Scenario& scenario) {
  best_ = scenario;
  tries_ = 0;
  ShrinkReport report;
  report.steps_before = scenario.steps.size();
  for (bool any = true; any && tries_ < most_tries_;) {
    any = reduce(is_fault, "faults");
    any = reduce(is_plain_operation, "operations") || any;
    any = drop_processes() || any;
    any = drop_groups() || any;
    while (drop_last_site()) any = true;
    any = reduce(is_start, "starts") || any;
    any = end_earlier() || any;
    any = simplify_plant() || any;
  }
  (void)simplify_steps();
  (void)end_earlier();
  report.smallest = best_;
  report.tries = tries_;
  return report;
}

}  // namespace cohort::sim
