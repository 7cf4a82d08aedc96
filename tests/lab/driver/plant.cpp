#include "lab/driver/plant.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <signal.h>
#include <sys/mount.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#include "lab/driver/control.h"

namespace cohort::lab {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::int64_t kStep_ms = 10;
constexpr std::chrono::milliseconds kClientRestart{150};
/// A process that was told to end, on a busy machine.
constexpr std::chrono::seconds kEndsWithin{20};
constexpr std::chrono::seconds kEndPatience{20};
constexpr const char* kSmallDisk = "size=2m";
/// Ends of a client that its daemon's end explains: none there, gone.
constexpr int kNoDaemon = 3;
constexpr int kDaemonGone = 5;

}  // namespace

Plant::Plant(PlantOptions options)
    : options_(std::move(options)), network_(options_.sites), sites_(options_.sites) {}

Plant::~Plant() {
  sites_.clear();
  proxy_.reset();
  if (options_.small_disk_site != 0) {
    const fs::path folder = site_directory(options_.small_disk_site);
    for (const char* name : {"history", "log", ""}) umount2((folder / name).c_str(), MNT_DETACH);
  }
}

Sites Plant::all() const {
  Sites result;
  for (std::size_t site = 1; site <= options_.sites; ++site) result.push_back(site);
  return result;
}

Sites Plant::but(const Sites& without) const {
  Sites result = all();
  std::erase_if(
      result, [&](std::size_t site) { return std::ranges::find(without, site) != without.end(); });
  return result;
}

fs::path Plant::site_directory(std::size_t site) const {
  return file("data") / fmt::format("site-{}", site);
}

const ClientStatus& Plant::status(std::size_t site) const {
  return at(site).status;
}

pid_t Plant::daemon_pid(std::size_t site) const {
  return at(site).daemon ? at(site).daemon->pid() : 0;
}

bool Plant::daemon_runs(std::size_t site) const {
  return at(site).daemon && at(site).daemon->running();
}

std::vector<fs::path> Plant::histories() const {
  std::vector<fs::path> files;
  std::error_code none;
  for (const std::size_t site : all()) {
    for (const auto& entry : fs::directory_iterator(site_directory(site) / "history", none)) {
      if (entry.path().extension() == ".history") files.push_back(entry.path());
    }
  }
  std::ranges::sort(files);
  return files;
}

// ---- failures

void Plant::fail(const std::string& why) {
  if (failure_.empty()) failure_ = why;
}

void Plant::require(bool so, const std::string& why) {
  if (!so) fail(why);
}

void Plant::note(const std::string& text) {
  if (!failed()) notes_.push_back(text);
}

void Plant::step(const std::string& what, const std::function<Result<void>()>& action) {
  if (failed()) return;
  if (const auto done = action(); !done) fail(what + ": " + done.error().text);
}

// ---- making it

Result<void> Plant::write_plant_file() const {
  std::ofstream out(file("plant.toml"));
  out << "[plant]\nname = \"lab\"\nmodel = \"minifab\"\nclock_factor = 1\ndata_directory = "
         "\"data\"\ntls = \"off-closed-network\"\n";
  for (const std::size_t site : all()) {
    out << fmt::format(
        "\n[[sites]]\nnumber = {}\nname = \"site{}\"\naddress = \"{}\"\nport = 7401\n", site, site,
        Network::address(site));
  }
  out.close();
  if (!out) return make_error(Errc::kIo, "cannot write " + file("plant.toml").string());
  return {};
}

/// Storage fills up; what the checkers read does not: logs and histories stay on the large disk.
Result<void> Plant::mount_small_disk(std::size_t site) const {
  const fs::path folder = site_directory(site);
  if (mount("lab", folder.c_str(), "tmpfs", 0, kSmallDisk) != 0) {
    return make_error(Errc::kIo, fmt::format("no small file system at {}: {}", folder.string(),
                                             std::strerror(errno)));
  }
  for (const char* name : {"history", "log"}) {
    const fs::path outside = file(fmt::format("{}-{}", name, site));
    fs::create_directories(outside);
    fs::create_directories(folder / name);
    if (mount(outside.c_str(), (folder / name).c_str(), nullptr, MS_BIND, nullptr) != 0) {
      return make_error(Errc::kIo, fmt::format("no mount at {}", (folder / name).string()));
    }
  }
  return {};
}

Result<void> Plant::start_proxy() {
  Launch launch;
  launch.words = {(options_.programs / "cohort-fault-proxy").string(),
                  "--port",
                  std::to_string(Network::kProxyPort),
                  "--control",
                  file("proxy.sock").string(),
                  "--seed",
                  std::to_string(options_.seed)};
  launch.network = network_.space(0);
  launch.log = file("proxy.log");
  auto child = Child::start(launch);
  if (!child) return std::unexpected(child.error());
  proxy_ = std::move(*child);
  if (auto done = network_.redirect_to_proxy(); !done) return done;
  for (int tries = 0; tries < 500; ++tries) {
    if (ask(file("proxy.sock"), "stats")) return {};
    sleep_ms(kStep_ms);
  }
  return make_error(Errc::kIo, "the fault proxy does not answer; see " + launch.log.string());
}

void Plant::set_up() {
  step("making the plant", [this]() -> Result<void> {
    std::error_code error;
    fs::remove_all(options_.directory, error);
    for (const std::size_t site : all()) fs::create_directories(site_directory(site), error);
    if (error) return make_error(Errc::kIo, "no folder: " + error.message());
    if (auto done = write_plant_file(); !done) return done;
    if (options_.false_clock_site != 0) std::ofstream(file("clock")) << "0\n";
    if (options_.small_disk_site != 0) {
      if (auto done = mount_small_disk(options_.small_disk_site); !done) return done;
    }
    if (auto done = network_.set_up(); !done) return done;
    if (options_.through_proxy) return start_proxy();
    return {};
  });
}

std::vector<std::string> Plant::clock_settings(std::size_t site) const {
  if (site != options_.false_clock_site) return {};
  return {"LD_PRELOAD=" + (options_.programs / "libcohort-false-clock.so").string(),
          "COHORT_FALSE_CLOCK=" + file("clock").string()};
}

// ---- processes

void Plant::start_daemon(std::size_t site) {
  step(fmt::format("starting the daemon of site {}", site), [&]() -> Result<void> {
    // One that was told to end holds its lock until the kernel has taken it down.
    if (at(site).daemon && at(site).end_expected && !at(site).daemon->wait(kEndsWithin)) {
      return make_error(Errc::kTimedOut, "the one before does not end");
    }
    Launch launch;
    launch.words = {(options_.programs / "cohortd").string(), "--config",
                    file("plant.toml").string(), "--site", std::to_string(site)};
    launch.environment = clock_settings(site);
    launch.network = network_.space(site);
    launch.log = file(fmt::format("cohortd-{}.stderr", site));
    auto child = Child::start(launch);
    if (!child) return std::unexpected(child.error());
    at(site).daemon = std::move(*child);
    at(site).end_expected = false;
    at(site).next_client = Clock::now() + kClientRestart;
    return {};
  });
}

void Plant::start_daemons(const Sites& sites) {
  for (const std::size_t site : sites) start_daemon(site);
}

void Plant::start_client(std::size_t site) {
  Launch launch;
  launch.words = {(options_.programs / "cohort-lab-client").string(),
                  "--config",
                  file("plant.toml").string(),
                  "--site",
                  std::to_string(site),
                  "--rate",
                  std::to_string(loading_ ? options_.rate : 0),
                  "--ballast",
                  std::to_string(options_.ballast)};
  launch.environment = clock_settings(site);
  launch.network = network_.space(site);
  launch.log = file(fmt::format("client-{}.stderr", site));
  auto child = Child::start(launch);
  if (!child) return fail(child.error().text);
  at(site).client = std::move(*child);
  at(site).client_end_expected = false;
}

void Plant::kill_daemon(std::size_t site) {
  signal_daemon(site, SIGKILL);
}

void Plant::kill_site(std::size_t site) {
  signal_client(site, SIGKILL);
  signal_daemon(site, SIGKILL);
}

void Plant::kill_client(std::size_t site) {
  signal_client(site, SIGKILL);
}

void Plant::signal_daemon(std::size_t site, int number) {
  if (failed() || !at(site).daemon) return;
  if (number == SIGKILL || number == SIGTERM) at(site).end_expected = true;
  at(site).daemon->signal(number);
}

void Plant::signal_client(std::size_t site, int number) {
  if (failed() || !at(site).client) return;
  if (number == SIGKILL || number == SIGTERM) at(site).client_end_expected = true;
  at(site).client->signal(number);
}

void Plant::leave(std::size_t site) {
  signal_daemon(site, SIGTERM);
  until(
      fmt::format("the end of site {}'s daemon", site), [&] { return !daemon_runs(site); },
      kEndPatience);
  if (failed()) return;
  const Ending ending = *at(site).daemon->ending();
  require(ending.signal == 0 && ending.exit_code == 0,
          fmt::format("site {} left, but with {}", site, to_string(ending)));
}

void Plant::load(bool on) {
  loading_ = on;
  for (Site& site : sites_) {
    if (!site.client || !site.client->running()) continue;
    site.client->tell(on ? fmt::format("load {}", options_.rate) : "quiet");
  }
}

// ---- keeping it going

void Plant::watch(std::size_t number) {
  Site& site = at(number);
  if (site.client) {
    for (const std::string& line : site.client->lines()) {
      if (auto status = parse_status(line)) site.status = *std::move(status);
    }
    if (const auto ending = site.client->ending()) {
      const bool with_daemon = ending->signal == 0 &&
                               (ending->exit_code == kNoDaemon || ending->exit_code == kDaemonGone);
      if (!with_daemon && !site.client_end_expected) {
        fail(fmt::format("the client of site {} ended by itself: {}", number, to_string(*ending)));
      }
      site.client.reset();
      site.status = {};
      site.next_client = Clock::now() + kClientRestart;
    }
  }
  if (!site.daemon) return;
  if (const auto ending = site.daemon->ending(); ending && !site.end_expected) {
    fail(fmt::format("the daemon of site {} ended by itself: {}", number, to_string(*ending)));
  }
  const bool due = !site.client && Clock::now() >= site.next_client;
  if (supervising_ && due && site.daemon->running() && !failed()) start_client(number);
}

void Plant::pump() {
  for (const std::size_t site : all()) watch(site);
}

void Plant::pause(std::chrono::milliseconds time) {
  const auto end = Clock::now() + time;
  while (!failed() && Clock::now() < end) {
    pump();
    sleep_ms(kStep_ms);
  }
}

void Plant::until(const std::string& what, const std::function<bool()>& so,
                  std::chrono::seconds patience) {
  const auto end = Clock::now() + patience;
  while (!failed()) {
    pump();
    if (so()) return;
    if (Clock::now() > end) {
      std::string states;
      for (const std::size_t site : all()) {
        const ClientStatus& s = status(site);
        states += fmt::format(
            "; site {}: {} sites={} members={} serving={} joined={} under_way={} applied={}", site,
            s.process.empty() ? "no client" : s.process, s.sites, s.members, s.serving, s.joined,
            s.under_way, s.applied);
      }
      return fail(fmt::format("not within {} s: {}{}", patience.count(), what, states));
    }
    sleep_ms(kStep_ms);
  }
}

void Plant::until_view(const Sites& sites, std::size_t members) {
  until(
      fmt::format("sites {} in a view of {}, served, in the group", fmt::join(sites, ","), members),
      [&] {
        return std::ranges::all_of(sites, [&](std::size_t site) {
          const ClientStatus& s = status(site);
          return s.joined && s.serving && s.sites == members && s.members == members;
        });
      });
}

void Plant::until_not_serving(const Sites& sites) {
  until(fmt::format("sites {} know that they are cut off", fmt::join(sites, ",")), [&] {
    return std::ranges::none_of(sites, [&](std::size_t site) { return status(site).serving; });
  });
}

void Plant::until_progress(const Sites& sites, std::uint64_t changes) {
  std::map<std::size_t, ClientStatus> before;
  for (const std::size_t site : sites) before[site] = status(site);
  until(fmt::format("{} more changes at sites {}", changes, fmt::join(sites, ",")), [&] {
    return std::ranges::all_of(sites, [&](std::size_t site) {
      const ClientStatus& now = status(site);
      if (now.process != before[site].process) before[site] = now;
      return now.joined && now.applied >= before[site].applied + changes;
    });
  });
}

void Plant::proxy(const std::string& command) {
  step("fault proxy: " + command, [&]() -> Result<void> {
    const auto answer = ask(file("proxy.sock"), command);
    if (!answer) return std::unexpected(answer.error());
    if (answer->starts_with("error")) return make_error(Errc::kInvalidArgument, *answer);
    return {};
  });
}

std::uint64_t Plant::proxy_count(const std::string& name) {
  const auto answer = ask(file("proxy.sock"), "stats");
  const std::size_t found = answer ? answer->find(name + "=") : std::string::npos;
  return found == std::string::npos ? 0 : std::stoull(answer->substr(found + name.size() + 1));
}

void Plant::stop_all() {
  for (Site& site : sites_) {
    if (!site.client) continue;
    site.client_end_expected = true;
    site.client->signal(SIGTERM);
  }
  const auto no_clients = [this] {
    return std::ranges::none_of(sites_,
                                [](Site& site) { return site.client && site.client->running(); });
  };
  until("the clients' end", no_clients, kEndPatience);
  for (Site& site : sites_) {
    if (!site.daemon) continue;
    site.end_expected = true;
    site.daemon->signal(SIGTERM);
  }
  const auto no_daemons = [this] {
    return std::ranges::none_of(sites_,
                                [](Site& site) { return site.daemon && site.daemon->running(); });
  };
  until("the daemons' end", no_daemons, kEndPatience);
}

}  // namespace cohort::lab
