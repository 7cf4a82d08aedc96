#include "platform/net/site_links.h"

#include <fmt/format.h>

#include <boost/asio/ip/tcp.hpp>
#include <set>
#include <utility>

#include "platform/base/assert.h"
#include "platform/net/channel_link.h"
#include "platform/net/dial.h"
#include "platform/net/frame_connection.h"

namespace cohort::net {

using boost::asio::ip::tcp;
using boost::system::error_code;

namespace {
constexpr Channel kChannels[] = {Channel::kControl, Channel::kData, Channel::kTransfer};
}  // namespace

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
        acceptor(loop.context()),
        accept_again(loop, [this] { accept(); }) {}

  Handshake hello(Purpose purpose) const {
    return {kWireVersion, settings.plant, settings.settings_hash, settings.self.site, purpose};
  }

  ChannelLink& link(SiteId site, Channel channel) {
    const auto place = links.find({site, channel});
    COHORT_ASSERT(place != links.end(), "a link is asked for a site of the plant");
    return *place->second;
  }

  void add_link(const boost::asio::ip::address& from, const PeerAddress& peer, Channel channel);
  void knock(const PeerAddress& peer);
  void accept();
  void on_accepted(tcp::socket socket);
  void on_hello(const FrameConnection* connection, const Bytes& frame);
  void welcome(const Stranger& stranger, const Handshake& theirs);
  void refuse(const std::shared_ptr<FrameConnection>& connection, const Error& error);
  void forget(const FrameConnection* connection) { strangers.erase(connection); }
  void trouble(const std::string& text);

  Runtime& runtime;
  SiteLinksSettings settings;
  Handlers handlers;
  tcp::acceptor acceptor;
  Alarm accept_again;
  std::map<std::pair<SiteId, Channel>, std::unique_ptr<ChannelLink>> links;
  std::map<const FrameConnection*, Stranger> strangers;
  std::map<SiteId, std::unique_ptr<Dial>> knocks;
  std::set<std::string> told;  ///< troubles told already
};

void SiteLinks::Parts::trouble(const std::string& text) {
  constexpr std::size_t kTroublesTold = 64;
  if (told.size() < kTroublesTold && told.insert(text).second) handlers.on_trouble(text);
}

void SiteLinks::Parts::add_link(const boost::asio::ip::address& from, const PeerAddress& peer,
                                Channel channel) {
  error_code ignored;  // checked by listen()
  const tcp::endpoint to(boost::asio::ip::make_address(peer.address, ignored), peer.port);
  const SiteId site = peer.site;
  links[{site, channel}] = std::make_unique<ChannelLink>(
      runtime, ChannelLink::Settings{hello(static_cast<Purpose>(channel)), site, from, to},
      ChannelLink::Handlers{[this, site, channel] { handlers.on_up(site, channel); },
                            [this, site, channel](bool process_gone, const std::string& reason) {
                              handlers.on_down(site, channel, process_gone, reason);
                            },
                            [this, site, channel](Bytes frame) {
                              handlers.on_frame(site, channel, std::move(frame));
                            },
                            [this](const std::string& text) { trouble(text); }});
}

void SiteLinks::Parts::knock(const PeerAddress& peer) {
  error_code ignored;
  const tcp::endpoint to(boost::asio::ip::make_address(peer.address, ignored), peer.port);
  knocks[peer.site] = std::make_unique<Dial>(
      runtime, boost::asio::ip::make_address(settings.self.address, ignored), to, kConnectTimeout,
      [this](DialOutcome outcome, tcp::socket socket, const std::string&) {
        if (outcome != DialOutcome::kConnected) return;
        const auto connection =
            FrameConnection::make(runtime, FrameConnection::Socket(std::move(socket)),
                                  {kHandshakeBytes, kLinkQueueBytes});
        connection->start({[](const Bytes&) {}, {}, {}});
        connection->send(encode(hello(Purpose::kKnock)));
        connection->close_after_flush("knocked");
      });
}

void SiteLinks::Parts::accept() {
  acceptor.async_accept([weak = weak_from_this()](const error_code& error, tcp::socket socket) {
    const auto self = weak.lock();
    if (!self || error == boost::asio::error::operation_aborted) return;
    if (error) {
      self->accept_again.set_in(kAcceptPause);
      return;
    }
    self->on_accepted(std::move(socket));
    if (self->acceptor.is_open()) self->accept();
  });
}

void SiteLinks::Parts::on_accepted(tcp::socket socket) {
  if (strangers.size() >= kPendingHandshakes) return;  // dropped: the socket closes here
  tune(socket);
  const auto connection = FrameConnection::make(runtime, FrameConnection::Socket(std::move(socket)),
                                                {kHandshakeBytes, kLinkQueueBytes});
  const FrameConnection* key = connection.get();
  const std::weak_ptr<Parts> weak = weak_from_this();
  auto patience = std::make_unique<Alarm>(runtime, [weak, key] {
    const auto self = weak.lock();
    if (!self) return;
    self->strangers.at(key).connection->close();
    self->forget(key);
  });
  patience->set_in(kHandshakeTimeout);
  const auto owner = std::make_shared<ChannelLink*>(nullptr);
  strangers[key] = Stranger{connection, std::move(patience), owner};
  connection->start({[weak, key, owner](Bytes frame) {
                       const auto self = weak.lock();
                       if (!self) return;
                       if (*owner) {
                         (*owner)->on_frame_of(key, std::move(frame));
                       } else {
                         self->on_hello(key, frame);
                       }
                     },
                     [weak, key, owner](const std::string& reason) {
                       const auto self = weak.lock();
                       if (!self) return;
                       self->forget(key);
                       if (*owner) (*owner)->on_closed_of(key, reason);
                     },
                     {}});
}

void SiteLinks::Parts::on_hello(const FrameConnection* key, const Bytes& frame) {
  const auto place = strangers.find(key);
  if (place == strangers.end()) return;
  const Stranger stranger{place->second.connection, nullptr, place->second.owner};
  const auto& connection = stranger.connection;
  forget(key);
  const auto theirs = decode_handshake(frame);
  if (!theirs) {
    refuse(connection, theirs.error());
  } else if (const auto checked = check(*theirs, hello(Purpose::kControl)); !checked) {
    refuse(connection, checked.error());
  } else if (!links.contains({theirs->site, Channel::kControl})) {
    refuse(connection,
           Error{Errc::kRefused, fmt::format("site {} knows no other site {}",
                                             settings.self.site.value, theirs->site.value)});
  } else {
    welcome(stranger, *theirs);
  }
}

void SiteLinks::Parts::welcome(const Stranger& stranger, const Handshake& theirs) {
  const auto& connection = stranger.connection;
  if (theirs.purpose == Purpose::kKnock) {
    connection->close();
    for (Channel channel : kChannels) link(theirs.site, channel).connect_now();
    return;
  }
  ChannelLink& to = link(theirs.site, static_cast<Channel>(theirs.purpose));
  if (to.connects()) {
    refuse(connection,
           Error{Errc::kRefused, fmt::format("of sites {} and {} the higher connects",
                                             settings.self.site.value, theirs.site.value)});
    return;
  }
  connection->send(encode(HandshakeAnswer{}));
  *stranger.owner = &to;
  to.adopt(connection);
}

void SiteLinks::Parts::refuse(const std::shared_ptr<FrameConnection>& connection,
                              const Error& error) {
  trouble(fmt::format("refused a connection: {}", error.text));
  connection->send(encode(HandshakeAnswer{error.code, error.text}));
  connection->close_after_flush(error.text);
}

SiteLinks::SiteLinks(Runtime& runtime, SiteLinksSettings settings, Handlers handlers)
    : parts_(std::make_shared<Parts>(runtime, std::move(settings), std::move(handlers))) {}

SiteLinks::~SiteLinks() {
  error_code ignored;
  parts_->acceptor.close(ignored);
  parts_->accept_again.cancel();
  for (const auto& [key, stranger] : parts_->strangers) stranger.connection->close();
  parts_->strangers.clear();
  parts_->knocks.clear();
  parts_->links.clear();
}

Result<void> SiteLinks::listen() {
  const PeerAddress& self = parts_->settings.self;
  error_code error;
  const auto own = boost::asio::ip::make_address(self.address, error);
  if (error) return make_error(Errc::kInvalidArgument, self.address + " is no IP address");
  for (const PeerAddress& peer : parts_->settings.peers) {
    boost::asio::ip::make_address(peer.address, error);
    if (error) return make_error(Errc::kInvalidArgument, peer.address + " is no IP address");
    for (Channel channel : kChannels) parts_->add_link(own, peer, channel);
  }
  tcp::acceptor& acceptor = parts_->acceptor;
  const tcp::endpoint endpoint(own, self.port);
  acceptor.open(endpoint.protocol(), error);
  if (!error) {
    close_on_exec(acceptor.native_handle());
    acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  }
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(boost::asio::socket_base::max_listen_connections, error);
  if (error) {
    return make_error(Errc::kIo, fmt::format("cannot listen on {}:{}: {}", self.address, self.port,
                                             error.message()));
  }
  parts_->accept();
  return {};
}

void SiteLinks::connect() {
  for (const auto& [key, link] : parts_->links) link->connect_now();
  for (const PeerAddress& peer : parts_->settings.peers) {
    if (peer.site > parts_->settings.self.site) parts_->knock(peer);
  }
}

std::uint16_t SiteLinks::port() const {
  error_code ignored;
  return parts_->acceptor.local_endpoint(ignored).port();
}

void SiteLinks::set_peer_port(SiteId site, std::uint16_t port) {
  for (PeerAddress& peer : parts_->settings.peers) {
    if (peer.site == site) peer.port = port;
  }
  for (Channel channel : kChannels) parts_->link(site, channel).set_peer_port(port);
}

void SiteLinks::send(SiteId site, Channel channel, ByteView frame) {
  parts_->link(site, channel).send(frame);
}

void SiteLinks::close(SiteId site, const std::string& reason) {
  for (Channel channel : kChannels) parts_->link(site, channel).close(reason);
}

}  // namespace cohort::net
