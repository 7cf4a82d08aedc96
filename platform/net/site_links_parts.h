/// What SiteLinks is made of: the channels to each peer, and connections that have not said yet who
/// they are. Private to site_links*.cpp.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "platform/net/channel_link.h"
#include "platform/net/dial.h"
#include "platform/net/frame_connection.h"
#include "platform/net/listener.h"
#include "platform/net/site_links.h"

namespace cohort::net {

inline constexpr Channel kChannels[] = {Channel::kControl, Channel::kData, Channel::kTransfer};

/// Null where the plant has no such site.
inline const wire::Host* host_of(const std::vector<wire::Host>& hosts, SiteId site) {
  const auto found = std::find_if(hosts.begin(), hosts.end(),
                                  [site](const wire::Host& host) { return host.site == site; });
  return found == hosts.end() ? nullptr : &*found;
}

struct SiteLinks::Parts : std::enable_shared_from_this<SiteLinks::Parts> {
  /// A connection that has not said yet who it is.
  struct Stranger {
    std::shared_ptr<FrameConnection> connection;
    std::unique_ptr<Alarm> patience;
    std::shared_ptr<ChannelLink*> owner;  ///< whose it is; null as long as it is a stranger's
  };

  Parts(Runtime& loop, SiteLinksSettings told, Handlers to_call)
      : runtime(loop),
        settings(std::move(told)),
        handlers(std::move(to_call)),
        look_at_certificates(loop, [this] {
          look_at_certificates.set_in(kCertificateCheck);
          renew_certificates();
        }) {}

  /// What this site says of itself over one path.
  Handshake hello(Purpose purpose, std::size_t path) const {
    Handshake made;
    made.plant = settings.plant;
    made.settings_hash = settings.settings_hash;
    made.site = settings.self;
    made.life = settings.life;
    made.purpose = purpose;
    made.path = static_cast<std::uint8_t>(path);
    return made;
  }
  const wire::Host* self() const { return host_of(settings.hosts, settings.self); }
  ChannelPaths* channel(SiteId site, Channel which) {
    const auto place = channels.find({site, which});
    return place == channels.end() ? nullptr : place->second.get();
  }

  // hosts
  Result<void> listen_at(const wire::Endpoint& at);
  Result<void> add_peer(const wire::Host& peer);
  void add_channel(const wire::Host& peer, Channel which, const wire::Host& own);
  void remove_peer(SiteId site, const std::string& reason);
  void connect_peer(const wire::Host& peer);
  void set_own_host(const wire::Host& own);
  void knock(const wire::Host& peer);
  void say_knock(boost::asio::ip::tcp::socket socket);

  /// The site lives a life, as one of its connections says: those to earlier ones are dead.
  void on_life(SiteId site, Incarnation life);

  // who comes (site_links_strangers.cpp)
  void on_accepted(boost::asio::ip::tcp::socket socket);
  void on_hello(const FrameConnection* connection, const Bytes& frame);
  Result<std::uint32_t> check_hello(const FrameConnection& connection, const Handshake& theirs);
  void welcome(const Stranger& stranger, const Handshake& theirs, std::uint32_t version);
  void refuse(const std::shared_ptr<FrameConnection>& connection, const Error& error);

  /// Told once until something has been put right.
  void trouble(const std::string& text);
  void show(SiteId site, Channel which, std::size_t path, const PathState& state) {
    if (handlers.on_path) handlers.on_path(site, which, path, state);
  }
  void renew_certificates();

  Runtime& runtime;
  SiteLinksSettings settings;
  Handlers handlers;
  std::vector<std::unique_ptr<Listener>> listeners;
  std::map<std::pair<SiteId, Channel>, std::unique_ptr<ChannelPaths>> channels;
  std::map<const FrameConnection*, Stranger> strangers;
  std::map<SiteId, std::unique_ptr<Dial>> knocks;
  std::set<std::string> told;  ///< troubles told already
  Alarm look_at_certificates;
};

}  // namespace cohort::net
