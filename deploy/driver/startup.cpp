#include "deploy/driver/startup.h"

#include <algorithm>
#include <functional>

#include "deploy/driver/interrupt.h"

namespace cohort::deploy {
namespace {

constexpr int kAnswerLimit_ms = 20'000;
constexpr int kStep_ms = 20;

Result<void> wait_for(PlantRunner& runner, const char* what, const std::function<bool()>& ready) {
  for (int waited = 0; !ready(); waited += kStep_ms) {
    if (interrupted()) return make_error(Errc::kClosed, "interrupted");
    if (Result<void> alive = runner.check(); !alive) return alive;
    if (waited >= kAnswerLimit_ms) {
      return make_error(Errc::kTimedOut, std::string(what) + " do not answer; see their logs in " +
                                             runner.plant().plant.data_directory.string());
    }
    sleep_ms(kStep_ms);
  }
  return {};
}

}  // namespace

Result<void> start_plant(PlantRunner& runner) {
  const std::vector<config::Site>& sites = runner.plant().sites;
  if (Result<void> started = runner.start_stations(); !started) return started;
  Result<void> answered =
      wait_for(runner, "the stations", [&runner] { return runner.stations_answer(); });
  if (!answered) return answered;
  for (const config::Site& site : sites) {
    if (Result<void> started = runner.start_daemon(site.number); !started) return started;
  }
  answered = wait_for(runner, "the daemons", [&runner, &sites] {
    return std::ranges::all_of(
        sites, [&runner](const config::Site& site) { return runner.daemon_answers(site.number); });
  });
  if (!answered) return answered;
  for (const config::Site& site : sites) {
    if (Result<void> started = runner.start_services(site.number); !started) return started;
  }
  return {};
}

Result<std::unique_ptr<client::Host>> open_session(const config::PlantFile& plant, SiteId site) {
  client::HostOptions options;
  options.program = "demo";
  options.plant = plant;
  options.site = site;
  options.handle_signals = false;
  return client::Host::open(std::move(options));
}

}  // namespace cohort::deploy
