#include "deploy/driver/afterwards.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "deploy/driver/interrupt.h"
#include "platform/client/adapters/host.h"

namespace cohort::deploy {
namespace {

namespace fs = std::filesystem;

constexpr int kCheckersLimit_ms = 120'000;

task::Task<int> ask_daemon(client::Host& host, DaemonRecord& daemon) {
  const Result<client::Message> sites = co_await host.process().inspect("sites");
  if (!sites) co_return host.fail(sites.error());
  daemon.view = sites->integer("view");
  for (const client::Message& member : sites->list("members")) {
    const std::int64_t site = member.integer("site");
    const std::int64_t incarnation = member.integer("incarnation");
    if (site == daemon.site) daemon.incarnation = incarnation;
    daemon.members += fmt::format("{}{}.{}", daemon.members.empty() ? "" : " ", site, incarnation);
  }
  co_return client::kExitOk;
}

/// Connects first, as run_application does.
task::Task<int> connect_and_ask(client::Host& host, DaemonRecord& daemon) {
  const Result<void> connected = co_await host.process().connect();
  if (!connected) co_return host.fail(connected.error());
  co_return co_await ask_daemon(host, daemon);
}

std::vector<std::string> history_files(const config::PlantFile& plant) {
  std::vector<std::string> files;
  std::error_code error;
  for (const config::Site& site : plant.sites) {
    for (const auto& entry :
         fs::directory_iterator(config::history_directory(plant, site.number), error)) {
      if (entry.path().extension() == ".history") files.push_back(entry.path().string());
    }
  }
  std::ranges::sort(files);
  return files;
}

std::string last_line(const fs::path& path) {
  std::ifstream file(path);
  std::string last;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty()) last = line;
  }
  return last.empty() ? "no word from the checkers" : last;
}

}  // namespace

void collect_daemons(const PlantRunner& runner, RunRecord& record) {
  for (const config::Site& site : runner.plant().sites) {
    DaemonRecord daemon;
    daemon.site = site.number.value;
    daemon.pid = runner.daemon_pid(site.number);
    client::HostOptions options;
    options.program = "demo";
    options.plant = runner.plant();
    options.site = site.number;
    options.record_history = false;
    options.log_to_file = false;
    options.handle_signals = false;
    const Result<std::unique_ptr<client::Host>> host = client::Host::open(std::move(options));
    const bool asked = host && (*host)->run(connect_and_ask(**host, daemon)) == client::kExitOk;
    if (!asked) {
      record.problems.push_back(
          fmt::format("the daemon of site {} does not tell its view", site.number.value));
    }
    record.daemons.push_back(daemon);
  }
}

void check_histories(const fs::path& programs, const config::PlantFile& plant,
                     ChildProcesses& children, RunRecord& record) {
  const std::vector<std::string> files = history_files(plant);
  if (files.empty()) {
    record.checkers = "no histories were recorded";
    record.problems.push_back(record.checkers);
    return;
  }
  Command command;
  command.program = programs / "cohort-sim";
  command.arguments = {"check"};
  command.arguments.insert(command.arguments.end(), files.begin(), files.end());
  command.log = plant.plant.data_directory / "log" / "checkers.out";
  const Result<pid_t> checkers = children.start(command);
  if (!checkers) {
    record.checkers = checkers.error().text;
    record.problems.push_back(record.checkers);
    return;
  }
  constexpr int kStep_ms = 20;
  for (int waited = 0; children.runs(*checkers) && waited < kCheckersLimit_ms; waited += kStep_ms) {
    sleep_ms(kStep_ms);
    children.reap();
  }
  record.checkers = fmt::format("{} histories: {}", files.size(), last_line(command.log));
  const std::optional<Ending> ending = children.ending(*checkers);
  if (!ending || ending->exit_code != 0 || ending->signal != 0) {
    record.problems.push_back("a checker objects to the histories, or could not judge them: see " +
                              command.log.string());
  }
}

}  // namespace cohort::deploy
