/// A site inside an application's own process (platform ruling 3): the daemon's code on a thread of
/// its own, and the application's processes linked to it by memory. For programs that are a whole
/// site by themselves, for tests, and for the shortest way between a process and its site.
///
/// The site has its own thread so that a task of the application that computes for seconds does not
/// make the site silent (protocol-review U6). When the life ends (fail-stop, leave) every link is
/// closed: a client::Process on it gets no upcall any more but its close.
#pragma once

#include <functional>
#include <memory>

#include "platform/base/result.h"
#include "platform/config/plant_file.h"
#include "platform/daemon/site_daemon.h"
#include "platform/log/log_file.h"
#include "platform/net/runtime.h"
#include "platform/wire/client_link.h"

namespace cohort::daemon {

class EmbeddedSite {
 public:
  /// Begins a life, as SiteDaemon::start does; other programs may be its clients too.
  /// Requires: the site's lock file is held; `application` is the loop that the links' upcalls and
  /// `settings.on_end` run in; it and `log` outlive the site. Errors: as SiteDaemon::start. Blocks:
  /// for the disk.
  static Result<std::unique_ptr<EmbeddedSite>> start(net::Runtime& application, LogFile& log,
                                                     SiteDaemon::Settings settings);
  /// Ends the life, as a crash would, and its thread. Links are closed.
  ~EmbeddedSite();
  EmbeddedSite(const EmbeddedSite&) = delete;
  EmbeddedSite& operator=(const EmbeddedSite&) = delete;

  /// One link for one client::Process; dropping it is the process's end. Called from the
  /// application's loop, as are all functions of the link. Blocks: never.
  std::unique_ptr<wire::ClientLink> connect();

  SiteLife life() const;
  /// Leaves the plant in order; on_end follows.
  void leave();

 private:
  struct Parts;
  explicit EmbeddedSite(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace cohort::daemon
