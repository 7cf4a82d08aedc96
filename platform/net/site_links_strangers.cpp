// Who connects to this site: it must say within a time who it is, and be one that may.
#include <fmt/format.h>

#include <utility>

#include "platform/net/site_links_parts.h"

namespace cohort::net {

using boost::asio::ip::tcp;

void SiteLinks::Parts::on_accepted(tcp::socket socket) {
  if (strangers.size() >= kPendingHandshakes) return;  // dropped: the socket closes here
  tune(socket);
  boost::system::error_code ignored;
  const std::string from = socket.remote_endpoint(ignored).address().to_string();
  const auto connection = FrameConnection::make(runtime, FrameConnection::Socket(std::move(socket)),
                                                {kHandshakeBytes, kLinkQueueBytes});
  if (settings.tls) settings.tls->secure(*connection, SecureLayer::Side::kAccepts);
  const FrameConnection* key = connection.get();
  const std::weak_ptr<Parts> weak = weak_from_this();
  auto patience = std::make_unique<Alarm>(runtime, [weak, key] {
    const auto self = weak.lock();
    if (!self) return;
    self->strangers.at(key).connection->close();
    self->strangers.erase(key);
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
                     [weak, key, owner, from](const std::string& reason) {
                       const auto self = weak.lock();
                       if (!self) return;
                       if (self->strangers.erase(key) > 0 && reason.starts_with("TLS: ")) {
                         self->trouble("refused a connection from " + from + ": " + reason);
                       }
                       if (*owner) (*owner)->on_closed_of(key, reason);
                     },
                     {}});
}

void SiteLinks::Parts::on_hello(const FrameConnection* key, const Bytes& frame) {
  const auto place = strangers.find(key);
  if (place == strangers.end()) return;
  const Stranger stranger{place->second.connection, nullptr, place->second.owner};
  strangers.erase(place);
  const auto theirs = decode_handshake(frame);
  if (!theirs) return refuse(stranger.connection, theirs.error());
  const auto version = check_hello(*stranger.connection, *theirs);
  if (version) return welcome(stranger, *theirs, *version);
  if (theirs->purpose != Purpose::kKnock && channel(theirs->site, Channel::kControl) != nullptr) {
    show(theirs->site, static_cast<Channel>(theirs->purpose), theirs->path,
         {false, false, version.error().text});
  }
  refuse(stranger.connection, version.error());
}

Result<std::uint32_t> SiteLinks::Parts::check_hello(const FrameConnection& connection,
                                                    const Handshake& theirs) {
  if (settings.tls) {
    const std::string name = connection.peer_name();
    if (name != certificate_name(settings.plant, theirs.site)) {
      return make_error(Errc::kRefused,
                        fmt::format("it says that it is site {} and shows the certificate of '{}'",
                                    theirs.site.value, name));
    }
  }
  const auto version = check(theirs, hello(Purpose::kControl, 0));
  if (!version) return version;
  if (channel(theirs.site, Channel::kControl) == nullptr) {
    return make_error(
        Errc::kRefused,
        fmt::format("site {} knows no other site {}: add it to the running plant with "
                    "'cohort sites add {} ADDRESS:PORT'",
                    settings.self.value, theirs.site.value, theirs.site.value));
  }
  return version;
}

void SiteLinks::Parts::welcome(const Stranger& stranger, const Handshake& theirs,
                               std::uint32_t version) {
  const auto& connection = stranger.connection;
  if (theirs.purpose == Purpose::kKnock) {
    connection->close();
    on_life(theirs.site, theirs.life);
    for (Channel which : kChannels) channel(theirs.site, which)->connect_now();
    return;
  }
  ChannelPaths* paths = channel(theirs.site, static_cast<Channel>(theirs.purpose));
  ChannelLink* to = paths == nullptr ? nullptr : paths->link(theirs.path);
  if (to == nullptr) {
    return refuse(connection,
                  Error{Errc::kRefused,
                        fmt::format("sites {} and {} have no path number {}", settings.self.value,
                                    theirs.site.value, theirs.path + 1)});
  }
  if (to->connects()) {
    return refuse(connection,
                  Error{Errc::kRefused, fmt::format("of sites {} and {} the higher connects",
                                                    settings.self.value, theirs.site.value)});
  }
  connection->send(encode(HandshakeAnswer{Errc::kOk, {}, version, settings.life}));
  *stranger.owner = to;
  to->adopt(connection, theirs.life);
}

void SiteLinks::Parts::refuse(const std::shared_ptr<FrameConnection>& connection,
                              const Error& error) {
  trouble(fmt::format("refused a connection: {}", error.text));
  connection->send(encode(HandshakeAnswer{error.code, error.text, 0, {}}));
  connection->close_after_flush(error.text);
}

}  // namespace cohort::net
