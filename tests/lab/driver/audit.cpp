#include "lab/driver/audit.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>

#include "lab/driver/child.h"

namespace cohort::lab {

namespace {

constexpr std::chrono::seconds kCheckers{180};

void end_faults(Plant& plant) {
  plant.step("healing the network", [&plant]() -> Result<void> {
    const auto lost = plant.network().heal();
    if (!lost) return std::unexpected(lost.error());
    return {};
  });
  if (plant.options().through_proxy) plant.proxy("heal");
  for (const std::size_t site : plant.all()) {
    plant.signal_daemon(site, SIGCONT);
    plant.signal_client(site, SIGCONT);
    if (!plant.daemon_runs(site)) plant.start_daemon(site);
  }
}

/// Of clients that have heard that they are to begin nothing more.
bool all_copies_are_the_same(const Plant& plant) {
  const ClientStatus& first = plant.status(1);
  return std::ranges::all_of(plant.all(), [&](std::size_t site) {
    const ClientStatus& s = plant.status(site);
    return s.joined && s.rate == 0 && s.under_way == 0 && s.applied == first.applied &&
           s.digest == first.digest;
  });
}

void check_histories(Plant& plant) {
  plant.step("the checkers", [&plant]() -> Result<void> {
    std::vector<std::string> words{(plant.options().programs / "cohort-sim").string(), "check"};
    for (const auto& file : plant.histories()) words.push_back(file.string());
    if (words.size() == 2) return make_error(Errc::kIo, "no history was recorded");
    const auto outcome = run(words, -1, kCheckers);
    if (!outcome) return std::unexpected(outcome.error());
    if (outcome->exit_code != 0) {
      return make_error(Errc::kCorrupt, fmt::format("they object, or could not judge ({}): {}",
                                                    outcome->exit_code, outcome->output));
    }
    std::string last = outcome->output;
    if (last.ends_with('\n')) last.pop_back();
    last.erase(0, last.rfind('\n') + 1);
    plant.note(fmt::format("{} histories: {}", words.size() - 2, last));
    return {};
  });
}

}  // namespace

void audit(Plant& plant) {
  end_faults(plant);
  plant.until_view(plant.all(), plant.options().sites);
  plant.load(true);
  plant.until_progress(plant.all(), 20);
  plant.load(false);
  plant.until("everything under way ends and all copies are the same",
              [&plant] { return all_copies_are_the_same(plant); });
  plant.pause(std::chrono::milliseconds(300));
  plant.require(all_copies_are_the_same(plant), "the copies are no longer the same");
  plant.stop_supervision();
  plant.stop_all();
  check_histories(plant);
}

}  // namespace cohort::lab
