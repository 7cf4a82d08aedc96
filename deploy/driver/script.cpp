#include "deploy/driver/script.h"

#include <fmt/format.h>

#include "services/emulsion/protocol.h"

namespace cohort::deploy {
namespace {

constexpr double kWholeLimit_s = 60;  ///< until all services have all members
constexpr double kDrillLimit_s = 60;  ///< until the armed coordinator reaches its phase
constexpr double kSiteDown_s = 4;     ///< how long the killed site stays down
constexpr double kPollPeriod_s = 1;
constexpr double kStep_s = 0.1;
constexpr int kAskAttempts = 30;  ///< questions that fail in a row before the run gives up
/// Shares of the lots finished at which the disturbances come.
constexpr double kKillCoordinatorAt = 0.08;
constexpr double kKillSiteAt = 0.35;
constexpr double kTourAt = 0.6;

Duration to_duration(double duration_s) {
  return millis(static_cast<std::int64_t>(duration_s * 1000));
}

std::string joined(const std::vector<std::string>& texts) {
  std::string result;
  for (const std::string& text : texts) result += (result.empty() ? "" : ", ") + text;
  return result;
}

}  // namespace

Script::Script(const Options& options, Tools tools)
    : options_(options),
      tools_(std::move(tools)),
      observer_(tools_.host.process(), tools_.runner.plant(), tools_.record) {
  observer_.on_drill = [this](std::int64_t unix_pid, std::int64_t site) {
    drill_pid_ = static_cast<pid_t>(unix_pid);
    drill_site_ = site;
  };
}

task::Task<int> Script::run() {
  const Result<void> done = co_await course();
  if (!done) tools_.record.problems.push_back(done.error().text);
  co_return done ? client::kExitOk : client::kExitFailed;
}

task::Task<Result<void>> Script::course() {
  doing_ = "starting";
  if (Result<void> whole = co_await wait_until_whole(kWholeLimit_s); !whole) co_return whole;
  if (Result<void> watching = co_await observer_.watch_news(); !watching) co_return watching;
  if (Result<void> released = co_await release(); !released) co_return released;
  if (Result<void> finished = co_await wait_for_lots(); !finished) co_return finished;
  tools_.record.wall_s = elapsed_s();
  doing_ = "collecting";
  if (Result<void> whole = co_await wait_until_whole(kWholeLimit_s); !whole) co_return whole;
  if (Result<void> toured = co_await wait_for_tour(); !toured) co_return toured;
  co_return co_await observer_.collect();
}

task::Task<Result<void>> Script::pause(double duration_s) {
  const MonotonicTime end = tools_.host.scheduler().now() + to_duration(duration_s);
  while (tools_.host.scheduler().now() < end) {
    if (tools_.interrupted()) co_return make_error(Errc::kClosed, "interrupted");
    if (Result<void> alive = tools_.runner.check(); !alive) co_return alive;
    co_await tools_.host.scheduler().sleep_for(to_duration(kStep_s));
  }
  co_return Result<void>();
}

double Script::elapsed_s() const {
  const Duration elapsed = tools_.host.scheduler().now() - released_at_;
  return static_cast<double>(to_millis(elapsed)) / 1000;
}

task::Task<Result<void>> Script::wait_until_whole(double limit_s) {
  const MonotonicTime end = tools_.host.scheduler().now() + to_duration(limit_s);
  std::vector<std::string> missing = co_await observer_.incomplete_services();
  while (!missing.empty()) {
    tools_.show(fmt::format("{}: waiting for members: {}", doing_, joined(missing)));
    if (tools_.host.scheduler().now() > end) {
      co_return make_error(Errc::kTimedOut,
                           fmt::format("after {:.0f} s these services still have too few members: "
                                       "{}; see the logs of their sites",
                                       limit_s, joined(missing)));
    }
    if (Result<void> alive = co_await pause(kStep_s); !alive) co_return alive;
    missing = co_await observer_.incomplete_services();
  }
  co_return Result<void>();
}

task::Task<Result<void>> Script::wait_until_open() {
  const MonotonicTime end = tools_.host.scheduler().now() + to_duration(kWholeLimit_s);
  bool open = co_await observer_.scheduling_is_open();
  while (!open) {
    tools_.show("starting: scheduling compares the logs of its members");
    if (tools_.host.scheduler().now() > end) {
      co_return make_error(Errc::kTimedOut, "scheduling does not open; see its logs");
    }
    if (Result<void> alive = co_await pause(kStep_s); !alive) co_return alive;
    open = co_await observer_.scheduling_is_open();
  }
  co_return Result<void>();
}

task::Task<Result<void>> Script::release() {
  if (Result<void> open = co_await wait_until_open(); !open) co_return open;
  released_at_ = tools_.host.scheduler().now();
  if (options_.start == Start::kContinue) co_return Result<void>();
  co_return co_await observer_.release_week(options_.lots);
}

task::Task<Result<void>> Script::wait_for_lots() {
  int failures = 0;
  for (;;) {
    doing_ = "running";
    const Result<Progress> progress = co_await observer_.progress();
    failures = progress ? 0 : failures + 1;
    if (failures >= kAskAttempts) co_return std::unexpected(progress.error());
    if (progress) {
      show(*progress);
      const bool over = progress->finished + progress->cancelled >= progress->planned;
      if (progress->planned > 0 && over) co_return Result<void>();
      if (elapsed_s() > options_.timeout_s) {
        co_return make_error(
            Errc::kTimedOut,
            fmt::format("after {} s only {} of {} lots are finished", options_.timeout_s,
                        progress->finished, progress->planned));
      }
      if (Result<void> moved = co_await advance(*progress); !moved) co_return moved;
    }
    if (Result<void> alive = co_await pause(kPollPeriod_s); !alive) co_return alive;
  }
}

task::Task<Result<void>> Script::advance(Progress progress) {
  const double share = progress.planned == 0 ? 0
                                             : static_cast<double>(progress.finished) /
                                                   static_cast<double>(progress.planned);
  if (stage_ == 0 && share >= kKillCoordinatorAt) {
    ++stage_;
    if (options_.kills) co_return co_await kill_coordinator();
  }
  if (stage_ == 1 && share >= kKillSiteAt) {
    ++stage_;
    if (options_.kills) co_return co_await kill_and_restart_site();
  }
  if (stage_ == 2 && share >= kTourAt) {
    ++stage_;
    if (options_.tour) {
      const Result<pid_t> tour =
          tools_.runner.start_tour(tools_.host.site().number, options_.directory / "tour");
      if (!tour) co_return std::unexpected(tour.error());
      tour_ = *tour;
    }
  }
  co_return Result<void>();
}

task::Task<Result<void>> Script::kill_coordinator() {
  doing_ = "killing the emulsion coordinator " + options_.kill_at;
  drill_pid_.reset();
  const std::string service = services::emulsion::kGroup;
  if (Result<void> armed = co_await observer_.arm_drill(service, options_.kill_at); !armed) {
    co_return armed;
  }
  const MonotonicTime end = tools_.host.scheduler().now() + to_duration(kDrillLimit_s);
  while (!drill_pid_) {
    tools_.show(doing_ + ": waiting for its next order");
    if (tools_.host.scheduler().now() > end) {
      co_return make_error(Errc::kTimedOut,
                           "no emulsion coordinator reached the phase " + options_.kill_at);
    }
    if (Result<void> alive = co_await pause(kStep_s); !alive) co_return alive;
  }
  Kill kill{fmt::format("emulsion coordinator at site {}, {}", drill_site_, options_.kill_at),
            *drill_pid_, elapsed_s(), -1};
  if (Result<void> killed = tools_.runner.kill_process(*drill_pid_); !killed) co_return killed;
  tools_.record.kills.push_back(kill);
  // The death has to be seen before "all members are there" means anything.
  if (Result<void> alive = co_await pause(1); !alive) co_return alive;
  if (Result<void> whole = co_await wait_until_whole(kWholeLimit_s); !whole) co_return whole;
  tools_.record.kills.back().whole_again_s = elapsed_s() - kill.after_s;
  co_return Result<void>();
}

task::Task<Result<void>> Script::kill_and_restart_site() {
  const SiteId site = options_.kill_site;
  doing_ = fmt::format("killing site {}", site.value);
  Kill kill{fmt::format("site {}, all of it", site.value), tools_.runner.daemon_pid(site),
            elapsed_s(), -1};
  tools_.runner.kill_site(site);
  tools_.record.kills.push_back(kill);
  tools_.show(doing_);
  if (Result<void> alive = co_await pause(kSiteDown_s); !alive) co_return alive;
  doing_ = fmt::format("restarting site {}", site.value);
  if (Result<void> started = tools_.runner.start_daemon(site); !started) co_return started;
  const MonotonicTime end = tools_.host.scheduler().now() + to_duration(kWholeLimit_s);
  while (!tools_.runner.daemon_answers(site)) {
    if (tools_.host.scheduler().now() > end) {
      co_return make_error(Errc::kTimedOut, doing_ + ": its daemon does not answer");
    }
    if (Result<void> alive = co_await pause(kStep_s); !alive) co_return alive;
  }
  if (Result<void> started = tools_.runner.start_services(site); !started) co_return started;
  if (Result<void> whole = co_await wait_until_whole(kWholeLimit_s); !whole) co_return whole;
  tools_.record.kills.back().whole_again_s = elapsed_s() - kill.after_s;
  co_return Result<void>();
}

task::Task<Result<void>> Script::wait_for_tour() {
  doing_ = "waiting for the console's pictures";
  const MonotonicTime end = tools_.host.scheduler().now() + to_duration(kWholeLimit_s);
  while (tour_ && !tools_.runner.ending(*tour_)) {
    tools_.show(doing_);
    if (tools_.host.scheduler().now() > end) {
      co_return make_error(Errc::kTimedOut, "the console does not finish its tour");
    }
    if (Result<void> alive = co_await pause(kStep_s); !alive) co_return alive;
  }
  if (tour_ && tools_.runner.ending(*tour_)->exit_code != 0) {
    tools_.record.problems.push_back("the console's tour failed: " +
                                     to_string(*tools_.runner.ending(*tour_)));
  }
  co_return Result<void>();
}

void Script::show(const Progress& progress) {
  constexpr double kMillisPerHour = 3'600'000.0;
  tools_.show(
      fmt::format("{:>4.0f} s  plant hour {:>5.1f}  released {}/{}  finished {}  "
                  "kills {}  restarts {}",
                  elapsed_s(), static_cast<double>(progress.plant_time_ms) / kMillisPerHour,
                  progress.released, progress.planned, progress.finished,
                  tools_.record.kills.size(), tools_.record.restarts.size()));
}

}  // namespace cohort::deploy
