/// One life of one site: the protocols process (core) with its links, its clients and its stable
/// storage, on an event loop. What happens within one turn of the loop is gathered and given to the
/// core together; the effects are carried out in their order.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "platform/base/bytes.h"
#include "platform/base/result.h"
#include "platform/config/plant_file.h"
#include "platform/log/log_file.h"
#include "platform/net/runtime.h"

namespace cohort::daemon {

/// How a life ended.
struct LifeEnd {
  std::string reason;
  bool final = false;  ///< it left the plant: do not start again
};

class SiteDaemon {
 public:
  struct Settings {
    config::PlantFile plant;
    SiteId site;
    std::function<void(const LifeEnd&)> on_end;  ///< once, from the loop
    bool joins = false;  ///< a running plant has added this site: it never forms a first view
  };

  /// Begins a life: counts the incarnation (durable before any frame), listens, connects.
  /// Requires: the site's lock file is held; `runtime` and `log` outlive the daemon.
  /// Errors: kIo (port taken, disk), kCorrupt (the view log), kLimit. Blocks: for the disk.
  static Result<std::unique_ptr<SiteDaemon>> start(net::Runtime& runtime, LogFile& log,
                                                   Settings settings);
  ~SiteDaemon();
  SiteDaemon(const SiteDaemon&) = delete;
  SiteDaemon& operator=(const SiteDaemon&) = delete;

  SiteLife life() const;

  /// Leaves the plant in order; on_end follows.
  void leave();

  /// Reads changed certificates at once (they are looked at every few seconds anyway).
  void renew_certificates();

  // ---- clients inside this program (embedded_site.h), beside those of the Unix socket
  struct LocalClient {
    std::function<void(ByteView records)> on_records;        ///< framed (wire/record_stream.h)
    std::function<void(const std::string& reason)> on_gone;  ///< once; nothing follows
    std::function<void(MonotonicTime until)> on_lease;       ///< how long it may act (V11)
  };
  /// Returns its number. Where the life is over already: 0, after on_gone.
  std::uint64_t open_local(LocalClient client);
  void send_local(std::uint64_t client, Bytes records);
  /// As if its process had exited. on_gone follows.
  void close_local(std::uint64_t client);

  /// Writes the last protocol events to log/cohortd.trace.
  void dump_traces(std::string_view why);

 private:
  struct Parts;
  explicit SiteDaemon(std::shared_ptr<Parts> parts);
  std::shared_ptr<Parts> parts_;
};

}  // namespace cohort::daemon
