// cohort-remote-execution: starts, stops and lists the services' programs of one site.
#include <filesystem>
#include <system_error>

#include "services/app/member_options.h"
#include "services/app/posix_runner.h"
#include "services/app/service_main.h"
#include "services/remote_execution/protocol.h"
#include "services/remote_execution/service.h"

namespace {

using cohort::services::app::PosixRunner;
using cohort::services::remote_execution::Registered;
using cohort::services::remote_execution::RemoteExecution;

Registered registered(const cohort::client::Host& host, const std::string& service, bool drills) {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  Registered program;
  program.service = service;
  program.program = (self.parent_path() / ("cohort-" + service)).string();
  program.arguments = {"--config", host.plant().path.string(), "--site",
                       std::to_string(host.site().number.value)};
  if (drills && service != "sensors") program.arguments.push_back("--drills");
  return program;
}

/// The site's programs in the order of their start: news first, as all the others post.
std::vector<Registered> programs_of(const cohort::client::Host& host, bool drills) {
  const cohort::SiteId site = host.site().number;
  std::vector<Registered> programs;
  for (const cohort::config::Service& service : host.plant().services) {
    if (service.name == cohort::services::remote_execution::kGroup) continue;
    for (const cohort::SiteId wanted : service.sites) {
      if (wanted != site) continue;
      const bool first = service.name == "news";
      programs.insert(first ? programs.begin() : programs.end(),
                      registered(host, service.name, drills));
    }
  }
  if (host.plant().sensors && host.plant().sensors->site == site) {
    programs.push_back(registered(host, "sensors", drills));
  }
  return programs;
}

}  // namespace

int main(int argc, char** argv) {
  bool drills = false;
  std::unique_ptr<PosixRunner> runner;
  cohort::client::Application application;
  application.program = "remote-execution";
  application.description =
      "Remote execution's member at one site: starts the site's services, and starts, stops and "
      "lists them for others. What they print goes to the site's log folder.";
  application.add_options = [&drills](CLI::App& options) {
    cohort::services::app::accept_drills(options, drills);
  };
  const auto make =
      [&drills,
       &runner](cohort::client::Host& host) -> cohort::Result<std::unique_ptr<RemoteExecution>> {
    runner = std::make_unique<PosixRunner>(
        cohort::config::log_directory(host.plant(), host.site().number));
    cohort::services::MemberOptions options =
        cohort::services::app::member_options(host, cohort::services::remote_execution::kGroup);
    options.sites.clear();  // nobody can start remote execution by remote execution
    return std::make_unique<RemoteExecution>(host.process(), std::move(options),
                                             programs_of(host, drills), *runner);
  };
  return cohort::services::app::run_service<RemoteExecution>(argc, argv, application, make);
}
