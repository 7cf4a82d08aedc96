/// What a step of the protocols process asks the world to do, in this order.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "platform/base/bytes.h"
#include "platform/base/ids.h"
#include "platform/base/time.h"
#include "platform/core/input.h"
#include "platform/wire/plant_record.h"

namespace cohort::core {

/// Hand a frame to the connection; dropped without a word where it is down.
struct SendFrame {
  SiteId site;
  Channel channel = Channel::kControl;
  Bytes frame;
  SharedBytes body;  ///< what follows `frame` in the same frame; of a large one nearly all

  /// All bytes of the frame.
  Bytes whole() const& { return SendFrame(*this).joined(); }
  Bytes whole() && { return joined(); }

 private:
  Bytes joined() {
    if (body) frame.insert(frame.end(), body->begin(), body->end());
    return std::move(frame);
  }
};
/// Records of wire/client_protocol.h, each framed (wire/record_stream.h): all that one step has for
/// the client, or what it has before a CloseClient.
struct SendClient {
  ClientHandle client;
  Bytes records;
};
/// Close after what was sent before has been handed over. Answered by ClientGone.
struct CloseClient {
  ClientHandle client;
  std::string reason;
};
/// Close both connections to the site (a peer that speaks garbage, or a dead life); they are made
/// anew afterwards.
struct CloseLink {
  SiteId site;
  std::string reason;
};
/// Make a record durable (append), then answer with StoreDone. Order of records = order of effects.
struct StoreWrite {
  std::uint64_t token = 0;
  Bytes record;
  bool replaces = false;  ///< all earlier records may go once this one is durable (one atomic step)
};
/// Append a record to a group's log, in the order of effects with StoreWrite; then LogDone.
struct LogWrite {
  std::uint64_t token = 0;
  std::string log;  ///< the group's name
  Bytes record;
};
/// A protocol event for logs, histories and `cohort why-left`; text form "event=... key=value ...".
struct Trace {
  std::string text;
};
/// This life is over: stop serving at once, drop everything, start again as a new incarnation
/// (unless `final`: an orderly leave). No later effect counts.
struct FailStop {
  std::string reason;
  bool final = false;
  Incarnation incarnation_above;  ///< the next life's incarnation must be beyond this one
};

/// Have connections to these hosts and to no others, at these addresses; accept only them. The
/// site's own entry tells where it listens. The newest one counts.
struct SetHosts {
  std::vector<wire::Host> hosts;
  std::uint64_t version = 0;  ///< of the plant record: one version, one list of hosts
};

/// Tell every client of this site, without any record: until then, on this host's clock, it may act
/// on what it was handed; the newest one counts. A moment that has passed: it may not.
struct SetLease {
  MonotonicTime until{};
};

using Effect = std::variant<SendFrame, SendClient, CloseClient, CloseLink, StoreWrite, Trace,
                            FailStop, SetHosts, LogWrite, SetLease>;
using Effects = std::vector<Effect>;

}  // namespace cohort::core
