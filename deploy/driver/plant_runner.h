/// The plant's processes on this machine: six stations, and for each site its daemon and its remote
/// execution (which starts the site's services), in a process group of the site's own.
#pragma once

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "deploy/driver/child_process.h"
#include "deploy/driver/options.h"
#include "platform/base/result.h"
#include "platform/config/plant_file.h"

namespace cohort::deploy {

class PlantRunner {
 public:
  /// Requires: all three outlive the runner.
  PlantRunner(const Options& options, const config::PlantFile& plant, ChildProcesses& children)
      : options_(options), plant_(plant), children_(children) {}

  Result<void> start_stations();
  bool stations_answer() const;
  /// The daemon leads the site's process group.
  Result<void> start_daemon(SiteId site);
  bool daemon_answers(SiteId site) const;
  /// Requires: the site's daemon answers.
  Result<void> start_services(SiteId site);

  /// SIGKILL to everything of the site.
  void kill_site(SiteId site);
  /// SIGKILL to one process. Errors: kRefused where it is none of the plant's.
  Result<void> kill_process(pid_t process);

  /// The present daemon of the site; 0: none was started.
  pid_t daemon_pid(SiteId site) const;

  Result<pid_t> start_console(SiteId site);
  /// Writes the console's pictures to `directory`, with no display.
  Result<pid_t> start_tour(SiteId site, const std::filesystem::path& directory);

  /// Errors: kIo where a process of the plant has ended that nobody killed, with its log's name.
  Result<void> check();

  /// How a child ended; nothing while it runs.
  std::optional<Ending> ending(pid_t child) const { return children_.ending(child); }

  const config::PlantFile& plant() const { return plant_; }

 private:
  struct Member {
    std::string name;
    SiteId site;  ///< 0: a station
    pid_t pid = 0;
    std::filesystem::path log;
  };

  Result<pid_t> start(const std::string& name, SiteId site, Command command);
  std::vector<std::string> site_arguments(SiteId site) const;

  const Options& options_;
  const config::PlantFile& plant_;
  ChildProcesses& children_;
  std::vector<Member> members_;     ///< those that should run now
  std::map<SiteId, pid_t> groups_;  ///< each site's daemon, which leads its group
};

}  // namespace cohort::deploy
