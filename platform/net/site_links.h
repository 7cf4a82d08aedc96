/// The connections of one site to all others: three TCP connections to each (control, data, transfer), made
/// anew for ever. Of a pair the site with the higher number connects, so that two attempts can
/// never cross (docs/formats/frame.md).
///
/// A link whose connection ends is reported down together with what the other host says when asked
/// at once whether anybody still listens there: refused means that the daemon's process has gone.
/// Handlers are called from the loop only.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "platform/base/bytes.h"
#include "platform/base/ids.h"
#include "platform/base/result.h"
#include "platform/net/handshake.h"
#include "platform/net/runtime.h"

namespace cohort::net {

struct PeerAddress {
  SiteId site;
  std::string address;  ///< IPv4 or IPv6 literal
  std::uint16_t port = 0;
};

struct SiteLinksSettings {
  PeerAddress self;  ///< where to listen; port 0: any free one (tests)
  std::vector<PeerAddress> peers;
  std::string plant;
  std::uint64_t settings_hash = 0;
};

class SiteLinks {
 public:
  struct Handlers {
    std::function<void(SiteId, Channel)> on_up;
    /// `process_gone` may also come in a second call for the same down time, when nobody listens at
    /// a later attempt.
    std::function<void(SiteId, Channel, bool process_gone, const std::string& reason)> on_down;
    std::function<void(SiteId, Channel, Bytes frame)> on_frame;
    /// Something that a person may have to put right: a refused handshake, once per reason.
    std::function<void(const std::string& text)> on_trouble;
  };

  SiteLinks(Runtime& runtime, SiteLinksSettings settings, Handlers handlers);
  /// Closes everything; no handler is called any more.
  ~SiteLinks();
  SiteLinks(const SiteLinks&) = delete;
  SiteLinks& operator=(const SiteLinks&) = delete;

  /// Listens. Errors: kInvalidArgument (no address), kIo (port taken ...).
  Result<void> listen();
  /// Begins to connect, and knocks at those who connect to us. Requires: listen() succeeded.
  void connect();

  /// The port that listen() got.
  std::uint16_t port() const;
  /// Tells where a peer listens where settings could not know yet (tests with free ports).
  void set_peer_port(SiteId site, std::uint16_t port);

  /// Queues the frame; dropped where the link is down. Requires: 1 to 16 MiB on the control
  /// channel, 1 to 64 KiB on the data channel.
  void send(SiteId site, Channel channel, ByteView frame);

  /// Closes both connections to the site; they are reported down and made anew.
  void close(SiteId site, const std::string& reason);

 private:
  struct Parts;
  std::shared_ptr<Parts> parts_;
};

}  // namespace cohort::net
