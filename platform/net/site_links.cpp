#include "platform/net/site_links.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "platform/net/site_links_parts.h"

namespace cohort::net {

using boost::asio::ip::tcp;

void SiteLinks::Parts::trouble(const std::string& text) {
  constexpr std::size_t kTroublesTold = 64;
  if (told.size() < kTroublesTold && told.insert(text).second) handlers.on_trouble(text);
}

// ---- hosts

Result<void> SiteLinks::Parts::listen_at(const wire::Endpoint& at) {
  auto listener = std::make_unique<Listener>(
      runtime, at, [this](tcp::socket socket) { on_accepted(std::move(socket)); });
  // With two paths a host goes on while one of its networks is away.
  if (auto listens = listener->listen(self()->endpoints.size() > 1); !listens) return listens;
  listeners.push_back(std::move(listener));
  return {};
}

Result<void> SiteLinks::Parts::add_peer(const wire::Host& peer) {
  for (const wire::Endpoint& endpoint : peer.endpoints) {
    if (auto good = to_tcp(endpoint); !good) return std::unexpected(good.error());
  }
  const wire::Host* own = self();
  if (own == nullptr || own->endpoints.empty() || peer.endpoints.empty()) {
    return make_error(Errc::kInvalidArgument,
                      fmt::format("site {} has no address", peer.site.value));
  }
  for (Channel which : kChannels) add_channel(peer, which, *own);
  return {};
}

void SiteLinks::Parts::add_channel(const wire::Host& peer, Channel which, const wire::Host& own) {
  const SiteId site = peer.site;
  std::vector<ChannelLink::Settings> paths;
  for (std::size_t path = 0; path < std::min(own.endpoints.size(), peer.endpoints.size()); ++path) {
    const auto from = to_tcp(own.endpoints[path]);
    const auto to = to_tcp(peer.endpoints[path]);
    if (!from || !to) continue;  // checked by add_peer()
    paths.push_back(
        {hello(static_cast<Purpose>(which), path), site, from->address(), *to, settings.tls});
  }
  ChannelPaths::Handlers made;
  made.on_up = [this, site, which] {
    told.clear();  // what was wrong has been put right; if it comes again it is told again
    handlers.on_up(site, which);
  };
  made.on_down = [this, site, which](bool process_gone, const std::string& reason) {
    handlers.on_down(site, which, process_gone, reason);
  };
  made.on_life = [this, site](Incarnation life) { on_life(site, life); };
  made.on_frame = [this, site, which](Bytes frame) {
    handlers.on_frame(site, which, std::move(frame));
  };
  made.on_trouble = [this, site](const std::string& text) {
    trouble(fmt::format("site {}: {}", site.value, text));
  };
  made.on_path = [this, site, which](std::size_t path, const PathState& state) {
    show(site, which, path, state);
  };
  channels[{site, which}] =
      std::make_unique<ChannelPaths>(runtime, std::move(paths), std::move(made));
}

void SiteLinks::Parts::on_life(SiteId site, Incarnation life) {
  for (Channel which : kChannels) {
    if (ChannelPaths* paths = channel(site, which)) paths->on_peer_lives(life);
  }
}

void SiteLinks::Parts::remove_peer(SiteId site, const std::string& reason) {
  knocks.erase(site);
  for (Channel which : kChannels) {
    const auto place = channels.find({site, which});
    if (place == channels.end()) continue;
    place->second->end(reason);
    channels.erase(place);
  }
}

void SiteLinks::Parts::connect_peer(const wire::Host& peer) {
  for (Channel which : kChannels) {
    if (ChannelPaths* paths = channel(peer.site, which)) paths->connect_now();
  }
  if (peer.site > settings.self) knock(peer);
}

void SiteLinks::Parts::set_own_host(const wire::Host& own) {
  std::vector<std::unique_ptr<Listener>> before = std::exchange(listeners, {});
  for (const wire::Endpoint& endpoint : own.endpoints) {
    const auto kept = std::find_if(before.begin(), before.end(), [&](const auto& listener) {
      return listener && listener->at() == endpoint;
    });
    if (kept != before.end()) {
      listeners.push_back(std::move(*kept));
    } else if (auto listens = listen_at(endpoint); !listens) {
      trouble(listens.error().text + "; this site cannot be reached there");
    }
  }
}

void SiteLinks::Parts::knock(const wire::Host& peer) {
  const wire::Host* own = self();
  if (own == nullptr || own->endpoints.empty() || peer.endpoints.empty()) return;
  const auto from = to_tcp(own->endpoints.front());
  const auto to = to_tcp(peer.endpoints.front());
  if (!from || !to) return;
  knocks[peer.site] =
      std::make_unique<Dial>(runtime, from->address(), *to, kConnectTimeout,
                             [this](DialOutcome outcome, tcp::socket socket, const std::string&) {
                               if (outcome == DialOutcome::kConnected) say_knock(std::move(socket));
                             });
}

void SiteLinks::Parts::say_knock(tcp::socket socket) {
  const auto connection = FrameConnection::make(runtime, FrameConnection::Socket(std::move(socket)),
                                                {kHandshakeBytes, kLinkQueueBytes});
  if (settings.tls) settings.tls->secure(*connection, SecureLayer::Side::kConnects);
  connection->start({[](const Bytes&) {}, {}, {}});
  connection->send(encode(hello(Purpose::kKnock, 0)));
  connection->close_after_flush("knocked");
}

void SiteLinks::Parts::renew_certificates() {
  if (!settings.tls) return;
  const auto changed = settings.tls->reload_if_changed();
  if (!changed) return trouble("certificates cannot be renewed: " + changed.error().text);
  if (!*changed) return;
  handlers.on_trouble("certificates have changed: all connections are made anew with them");
  for (const auto& [key, paths] : channels) paths->close("certificates have changed");
}

// ---- the interface

SiteLinks::SiteLinks(Runtime& runtime, SiteLinksSettings settings, Handlers handlers)
    : parts_(std::make_shared<Parts>(runtime, std::move(settings), std::move(handlers))) {}

SiteLinks::~SiteLinks() {
  parts_->listeners.clear();
  parts_->look_at_certificates.cancel();
  for (const auto& [key, stranger] : parts_->strangers) stranger.connection->close();
  parts_->strangers.clear();
  parts_->knocks.clear();
  parts_->channels.clear();
}

Result<void> SiteLinks::listen() {
  const wire::Host* own = parts_->self();
  if (own == nullptr || own->endpoints.empty()) {
    return make_error(Errc::kInvalidArgument, "this site has no address of its own");
  }
  for (const wire::Host& host : parts_->settings.hosts) {
    if (host.site == parts_->settings.self) continue;
    if (auto added = parts_->add_peer(host); !added) return added;
  }
  for (const wire::Endpoint& endpoint : own->endpoints) {
    if (auto listens = parts_->listen_at(endpoint); !listens) return listens;
  }
  return {};
}

void SiteLinks::connect() {
  for (const wire::Host& host : parts_->settings.hosts) {
    if (host.site != parts_->settings.self) parts_->connect_peer(host);
  }
  if (parts_->settings.tls) parts_->look_at_certificates.set_in(kCertificateCheck);
}

void SiteLinks::set_hosts(const std::vector<wire::Host>& hosts) {
  if (hosts == parts_->settings.hosts) return;
  const std::vector<wire::Host> before = std::exchange(parts_->settings.hosts, hosts);
  const SiteId self = parts_->settings.self;
  const wire::Host* own = host_of(hosts, self);
  const wire::Host* own_before = host_of(before, self);
  const bool moved =
      own != nullptr && (own_before == nullptr || own->endpoints != own_before->endpoints);
  if (moved) parts_->set_own_host(*own);
  for (const wire::Host& host : before) {
    if (host.site == self) continue;
    const wire::Host* now = host_of(hosts, host.site);
    if (now == nullptr) {
      parts_->remove_peer(host.site, "it is no site of the plant any more");
    } else if (moved || now->endpoints != host.endpoints) {
      parts_->remove_peer(host.site, "an address has changed");
    }
  }
  for (const wire::Host& host : hosts) {
    if (host.site == self || parts_->channel(host.site, Channel::kControl) != nullptr) continue;
    if (auto added = parts_->add_peer(host); !added) {
      parts_->trouble(added.error().text);
    } else {
      parts_->connect_peer(host);
    }
  }
}

void SiteLinks::renew_certificates() {
  parts_->renew_certificates();
}

std::uint16_t SiteLinks::port() const {
  return parts_->listeners.empty() ? std::uint16_t{0} : parts_->listeners.front()->port();
}

void SiteLinks::set_peer_port(SiteId site, std::uint16_t port) {
  for (wire::Host& host : parts_->settings.hosts) {
    if (host.site != site) continue;
    for (wire::Endpoint& endpoint : host.endpoints) endpoint.port = port;
  }
  for (Channel which : kChannels) parts_->channel(site, which)->set_peer_port(port);
}

void SiteLinks::send(SiteId site, Channel which, ByteView frame, const SharedBytes& body) {
  if (ChannelPaths* paths = parts_->channel(site, which)) paths->send(frame, body);
}

void SiteLinks::close(SiteId site, const std::string& reason) {
  for (Channel which : kChannels) {
    if (ChannelPaths* paths = parts_->channel(site, which)) paths->close(reason);
  }
}

}  // namespace cohort::net
