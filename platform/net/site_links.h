/// The connections of one site to all others, made anew for ever: control, data and transfer to
/// each, over one or two network paths. Of a pair the site with the higher number connects, so that
/// two attempts can never cross (docs/formats/frame.md).
///
/// A link whose connection ends is reported down together with what the other host says when asked
/// at once whether anybody still listens there: refused means that the daemon's process has gone.
/// Where another path is up the link moves there: down and up again, in one turn. A link to a life
/// whose site has been heard of in a later one ends at once: a host that was cut off and a process
/// that died there meanwhile end no connection for seconds.
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
#include "platform/net/channel_paths.h"
#include "platform/net/handshake.h"
#include "platform/net/runtime.h"
#include "platform/net/tls.h"
#include "platform/wire/plant_record.h"

namespace cohort::net {

struct SiteLinksSettings {
  SiteId self;
  Incarnation life;  ///< which life of this site
  /// All of the plant, this site included: its entry says where to listen; port 0: any free one
  /// (tests). The n-th address of each host is on the plant's n-th network.
  std::vector<wire::Host> hosts;
  std::string plant;
  std::uint64_t settings_hash = 0;
  std::shared_ptr<Tls> tls;  ///< null: plain connections
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
    /// A path to a site came or went, or began or ceased to carry. May be empty.
    std::function<void(SiteId, Channel, std::size_t path, const PathState&)> on_path = {};
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

  /// From now on the plant has these hosts: links to new ones are made, those to others end (and
  /// are reported down), a changed address is connected to, or listened at, instead of the old one.
  void set_hosts(const std::vector<wire::Host>& hosts);

  /// Reads changed certificates and makes all connections anew with them.
  void renew_certificates();

  /// The port that listen() got at the first address.
  std::uint16_t port() const;
  /// Tells where a peer listens where settings could not know yet (tests with free ports).
  void set_peer_port(SiteId site, std::uint16_t port);

  /// Queues the frame; dropped where the link is down. Requires: 1 to 16 MiB on the control
  /// channel, 1 to 64 KiB on the data channel; the site is one of the hosts.
  /// `body`, where there is one, ends the frame and is not copied.
  void send(SiteId site, Channel channel, ByteView frame, const SharedBytes& body = nullptr);

  /// Closes the connections to the site; they are reported down and made anew.
  void close(SiteId site, const std::string& reason);

 private:
  struct Parts;
  std::shared_ptr<Parts> parts_;
};

}  // namespace cohort::net
