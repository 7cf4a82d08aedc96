/// The link between a client process and its site's daemon, seen from the client: records in order,
/// with boundaries, until it closes. Filled by a Unix socket, by the simulator, by an embedded
/// site.
#pragma once

#include <functional>
#include <string>

#include "platform/base/bytes.h"
#include "platform/base/time.h"

namespace cohort::wire {

class ClientLink {
 public:
  virtual ~ClientLink() = default;

  /// Hands one record to the daemon. Never blocks; after the close it does nothing.
  virtual void send(Bytes record) = 0;

  /// The host's clock at this very moment. Cheap: no system call.
  virtual MonotonicTime now() const = 0;
  /// Until when, on that clock, the site's lease lasts, as its daemon has said last, however many
  /// of its records are unread: from then on nothing that was handed over may be acted upon (V11).
  /// Cheap: one load.
  virtual MonotonicTime lease_until() const = 0;

  /// Called for each record from the daemon, which lies there until the call returns, and once at
  /// the end. Set before the first turn of the
  /// loop that drives the link; called from that loop only, never from inside send().
  std::function<void(ByteView record)> on_record;
  std::function<void(std::string reason)> on_closed;
};

}  // namespace cohort::wire
