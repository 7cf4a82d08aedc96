// Scenarios of processes that die or stop: daemons and clients, SIGKILL and SIGSTOP.
#include <fmt/format.h>
#include <signal.h>

#include "lab/driver/scenario.h"

namespace cohort::lab {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Three times the longest silence after which a site is suspected at rest.
constexpr milliseconds kFrozen{3'000};

void kill_coordinator(Plant& plant) {
  plant.kill_daemon(1);
  plant.until_view({2, 3}, 2);
  plant.until_progress({2, 3});
}

/// The oldest site dies, and its successor while it takes over (F08, F09).
void kill_successor_too(Plant& plant) {
  plant.kill_site(1);
  plant.pause(milliseconds(5));
  plant.kill_site(2);
  plant.until_view({3, 4, 5}, 3);
  plant.until_progress({3, 4, 5});
}

void kill_clients(Plant& plant) {
  for (int round = 0; round < 3; ++round) {
    for (const std::size_t site : plant.all()) {
      plant.kill_client(site);
      plant.pause(milliseconds(250));
    }
  }
  plant.until_view(plant.all(), plant.options().sites);
}

/// F01 and F03: a stopped site is excluded; when it goes on it may not speak as the old one.
void freeze(Plant& plant, std::size_t site) {
  const std::string before = plant.status(site).process;
  plant.signal_daemon(site, SIGSTOP);
  plant.until_view(plant.but({site}), plant.options().sites - 1);
  plant.until_progress(plant.but({site}));
  plant.pause(kFrozen);
  plant.signal_daemon(site, SIGCONT);
  plant.until_view(plant.all(), plant.options().sites);
  plant.require(plant.status(site).process != before,
                fmt::format("site {} was excluded and its client is still {}", site, before));
}

void freeze_oldest(Plant& plant) {
  freeze(plant, 1);
}

void freeze_youngest(Plant& plant) {
  freeze(plant, 3);
}

/// Shorter than any suspicion: nobody is excluded, nothing is lost.
void freeze_briefly(Plant& plant) {
  const std::uint64_t view = plant.status(2).view;
  for (int round = 0; round < 5; ++round) {
    plant.signal_daemon(1 + static_cast<std::size_t>(round) % 3, SIGSTOP);
    plant.pause(milliseconds(100));
    plant.signal_daemon(1 + static_cast<std::size_t>(round) % 3, SIGCONT);
    plant.pause(milliseconds(300));
  }
  plant.until_progress(plant.all());
  plant.require(plant.status(2).view == view, "a pause of 100 ms changed the view");
}

/// All at once: no site may take the silence of the others for their death and its own for nothing.
void freeze_all(Plant& plant) {
  for (const std::size_t site : plant.all()) plant.signal_daemon(site, SIGSTOP);
  plant.pause(kFrozen);
  for (const std::size_t site : plant.all()) plant.signal_daemon(site, SIGCONT);
  plant.until_view(plant.all(), plant.options().sites);
}

void freeze_client(Plant& plant) {
  plant.signal_client(2, SIGSTOP);
  plant.pause(kFrozen);
  plant.signal_client(2, SIGCONT);
  plant.until_progress(plant.all());
}

/// Stopped between its sends and its death: nobody waits for what it had begun.
void freeze_then_kill(Plant& plant) {
  plant.signal_daemon(3, SIGSTOP);
  plant.pause(milliseconds(300));
  plant.kill_site(3);
  plant.until_view({1, 2}, 2);
  plant.until_progress({1, 2});
}

/// Of a plant of two the younger dies, then comes back and sees the older die.
void two_sites(Plant& plant) {
  plant.kill_site(2);
  plant.until_view({1}, 1);
  plant.until_progress({1});
  plant.start_daemon(2);
  plant.until_view({1, 2}, 2);
  plant.kill_site(1);
  plant.pause(seconds(2));
  plant.require(!plant.status(2).serving,
                "the younger of two serves alone, although the older may live");
}

/// The same site dies again as soon as it is back (Corosync's leader restart before detection).
void kill_again_and_again(Plant& plant) {
  for (int round = 0; round < 4; ++round) {
    plant.kill_daemon(2);
    plant.start_daemon(2);
    plant.pause(milliseconds(700));
  }
}

}  // namespace

void add_process_scenarios(std::vector<Scenario>& all) {
  all.push_back({.name = "kill-coordinator",
                 .about = "SIGKILL to the daemon of the oldest site",
                 .smoke = true,
                 .act = kill_coordinator});
  all.push_back(
      {.name = "kill-successor-too",
       .about = "of five sites the oldest is killed, and its successor in the view change",
       .smoke = true,
       .options = {.sites = 5},
       .act = kill_successor_too});
  all.push_back({.name = "kill-clients",
                 .about = "SIGKILL to every client in turn, three times",
                 .act = kill_clients});
  all.push_back({.name = "kill-again-and-again",
                 .about = "a daemon is killed and started at once, four times",
                 .act = kill_again_and_again});
  all.push_back({.name = "freeze-oldest",
                 .about = "SIGSTOP to the oldest daemon until it is excluded, then SIGCONT",
                 .smoke = true,
                 .act = freeze_oldest});
  all.push_back(
      {.name = "freeze-youngest", .about = "the same with the youngest", .act = freeze_youngest});
  all.push_back({.name = "freeze-briefly",
                 .about = "pauses of 100 ms of one daemon after the other exclude nobody",
                 .act = freeze_briefly});
  all.push_back({.name = "freeze-all",
                 .about = "SIGSTOP to all daemons for three seconds",
                 .act = freeze_all});
  all.push_back({.name = "freeze-client",
                 .about = "SIGSTOP to one client for three seconds",
                 .act = freeze_client});
  all.push_back({.name = "freeze-then-kill",
                 .about = "a daemon is stopped in the middle of its work, and killed",
                 .act = freeze_then_kill});
  all.push_back({.name = "two-sites",
                 .about = "of two sites first the younger dies, then the older",
                 .options = {.sites = 2},
                 .act = two_sites});
}

}  // namespace cohort::lab
