#include "deploy/driver/plant_runner.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "deploy/driver/ports.h"

namespace cohort::deploy {

std::vector<std::string> PlantRunner::site_arguments(SiteId site) const {
  return {"--config", plant_.path.string(), "--site", std::to_string(site.value)};
}

Result<pid_t> PlantRunner::start(const std::string& name, SiteId site, Command command) {
  const std::filesystem::path log = command.log;
  Result<pid_t> pid = children_.start(command);
  if (pid) members_.push_back({name, site, *pid, log});
  return pid;
}

Result<void> PlantRunner::start_stations() {
  for (const config::Station& station : plant_.stations) {
    Command command;
    command.program = options_.programs / "cohort-station";
    command.arguments = {"--config", plant_.path.string(), "--station", station.name};
    command.log = plant_.plant.data_directory / "log" / ("station-" + station.name + ".out");
    const Result<pid_t> pid = start("station " + station.name, SiteId{}, std::move(command));
    if (!pid) return std::unexpected(pid.error());
  }
  return {};
}

bool PlantRunner::stations_answer() const {
  return std::ranges::all_of(plant_.stations, [](const config::Station& station) {
    return answers(station.address, station.port);
  });
}

Result<void> PlantRunner::start_daemon(SiteId site) {
  Command command;
  command.program = options_.programs / "cohortd";
  command.arguments = site_arguments(site);
  command.log = config::log_directory(plant_, site) / "cohortd.out";
  const Result<pid_t> pid =
      start(fmt::format("daemon of site {}", site.value), site, std::move(command));
  if (!pid) return std::unexpected(pid.error());
  groups_[site] = *pid;
  return {};
}

bool PlantRunner::daemon_answers(SiteId site) const {
  return answers(config::socket_path(plant_, site).string());
}

Result<void> PlantRunner::start_services(SiteId site) {
  Command command;
  command.program = options_.programs / "cohort-remote-execution";
  command.arguments = site_arguments(site);
  if (options_.kills) command.arguments.push_back("--drills");
  command.log = config::log_directory(plant_, site) / "remote-execution.out";
  command.group = groups_[site];
  const Result<pid_t> pid =
      start(fmt::format("remote execution of site {}", site.value), site, std::move(command));
  if (!pid) return std::unexpected(pid.error());
  return {};
}

void PlantRunner::kill_site(SiteId site) {
  std::erase_if(members_, [site](const Member& member) { return member.site == site; });
  children_.signal_group(groups_[site], SIGKILL);
}

Result<void> PlantRunner::kill_process(pid_t process) {
  const pid_t group = getpgid(process);
  const bool ours = std::ranges::any_of(
      groups_, [group](const auto& entry) { return group > 0 && entry.second == group; });
  if (!ours) {
    return make_error(Errc::kRefused, fmt::format("process {} is none of this plant's", process));
  }
  if (kill(process, SIGKILL) == 0) return {};
  return make_error(Errc::kIo,
                    fmt::format("cannot kill process {}: {}", process, std::strerror(errno)));
}

pid_t PlantRunner::daemon_pid(SiteId site) const {
  const auto found = groups_.find(site);
  return found == groups_.end() ? 0 : found->second;
}

Result<pid_t> PlantRunner::start_console(SiteId site) {
  Command command;
  command.program = options_.programs / "cohort-console";
  command.arguments = site_arguments(site);
  command.log = plant_.plant.data_directory / "log" / "console.out";
  return children_.start(command);
}

Result<pid_t> PlantRunner::start_tour(SiteId site, const std::filesystem::path& directory) {
  Command command;
  command.program = options_.programs / "cohort-console";
  command.arguments = site_arguments(site);
  command.arguments.insert(command.arguments.end(), {"--tour", directory.string()});
  command.environment = {"QT_QPA_PLATFORM=offscreen"};
  command.log = plant_.plant.data_directory / "log" / "console-tour.out";
  return children_.start(command);
}

Result<void> PlantRunner::check() {
  children_.reap();
  for (const Member& member : members_) {
    const std::optional<Ending> ending = children_.ending(member.pid);
    if (!ending) continue;
    return make_error(Errc::kIo,
                      fmt::format("{} (process {}) ended by itself, {}: see {}", member.name,
                                  member.pid, to_string(*ending), member.log.string()));
  }
  return {};
}

}  // namespace cohort::deploy
