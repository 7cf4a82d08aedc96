#include "platform/net/client_server.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/local/stream_protocol.hpp>
#include <map>
#include <utility>
#include <vector>

#include "platform/net/death_watch.h"
#include "platform/net/frame_connection.h"
#include "platform/net/later_release.h"
#include "platform/net/lease_page.h"
#include "platform/net/ring_port.h"
#include "platform/wire/client_protocol.h"

namespace cohort::net {

using boost::asio::local::stream_protocol;
using boost::system::error_code;

namespace {

Bytes goodbye(const Error& error) {
  return wire::encode(wire::ClientEvent(wire::Goodbye{error.code, error.text}));
}

/// The user at the other end, as the kernel saw it connect.
std::uint32_t user_of(int descriptor) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  constexpr std::uint32_t kNobody = 0xffffffff;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return kNobody;
  return credentials.uid;
}

}  // namespace

struct ClientServer::Parts : std::enable_shared_from_this<ClientServer::Parts> {
  Parts(Runtime& loop, Handlers to_call)
      : runtime(loop),
        handlers(std::move(to_call)),
        acceptor(loop.context()),
        accept_again(loop, [this] { accept(); }),
        deaths(loop, [this](Client client) { on_death(client); }),
        ended(loop, kReleaseDelay, kUnreleasedClients) {}

  void accept();
  void on_accepted(stream_protocol::socket socket);
  /// A client's socket, and the rings where it has some: then the socket tells its end only.
  struct Link {
    std::shared_ptr<FrameConnection> socket;
    std::shared_ptr<RingPort> rings;
    std::unique_ptr<LeasePage> lease;         ///< none before the client has asked
    std::shared_ptr<LifeLineWord> life_line;  ///< of one with rings
    bool watched = false;                     ///< its life line; from its first record on
    bool lease_ended = false;
    bool spoke = false;
    bool told = false;  ///< something was sent over the socket
  };

  void on_frame(Client client, const Bytes& frame);
  void answer_wish(Client client, Link& link, const RingOffer& wish);
  Result<std::shared_ptr<RingPort>> make_port(Client client, Link& link, int lease);
  void on_ring_frames(Client client, ByteView records);
  void on_death(Client client);
  void on_closed(Client client, const std::string& reason);
  static void end_lease(Link& link);
  /// The last record that the client gets says why.
  static void give_up(Link& link, const Error& error);

  Runtime& runtime;
  Handlers handlers;
  stream_protocol::acceptor acceptor;
  Alarm accept_again;
  std::filesystem::path path;
  std::map<Client, Link> clients;
  Client last_client = 0;
  MonotonicTime lease_until{};
  DeathWatch deaths;
  LaterRelease ended;
};

void ClientServer::Parts::accept() {
  acceptor.async_accept(
      [weak = weak_from_this()](const error_code& error, stream_protocol::socket socket) {
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

void ClientServer::Parts::on_accepted(stream_protocol::socket socket) {
  const std::uint32_t user = user_of(socket.native_handle());
  const auto connection = FrameConnection::make(runtime, FrameConnection::Socket(std::move(socket)),
                                                FrameConnection::Limits{});
  const Client client = ++last_client;
  const bool welcome = clients.size() < limits::kClientsPerSite;
  const std::weak_ptr<Parts> weak = weak_from_this();
  if (welcome) clients[client].socket = connection;
  connection->start({[weak, client](const Bytes& frame) {
                       if (const auto self = weak.lock()) self->on_frame(client, frame);
                     },
                     [weak, client](const std::string& reason) {
                       if (const auto self = weak.lock()) self->on_closed(client, reason);
                     },
                     goodbye});
  if (welcome) {
    handlers.on_opened(client, user);
    return;
  }
  const Error full{Errc::kLimit,
                   fmt::format("this site has its {} clients already; stop one of them",
                               limits::kClientsPerSite)};
  connection->send(goodbye(full));
  connection->close_after_flush(full.text);
}

void ClientServer::Parts::on_frame(Client client, const Bytes& frame) {
  const auto place = clients.find(client);
  if (place == clients.end()) return;
  Link& link = place->second;
  if (!std::exchange(link.spoke, true)) {
    if (const auto wish = decode_ring_offer(frame)) return answer_wish(client, link, *wish);
  }
  if (!link.rings) {
    Bytes records;
    append_frame(records, frame);
    return handlers.on_records(client, std::move(records));
  }
  give_up(link, {Errc::kMalformed, "a record on the socket beside the shared memory"});
}

void ClientServer::Parts::answer_wish(Client client, Link& link, const RingOffer& wish) {
  if (link.told) return;  // the client sees that and stays with the socket
  const int socket = link.socket->socket().native_handle();
  auto page = LeasePage::make();
  if (!page) return give_up(link, page.error());
  page->first.set(lease_until);
  link.lease = std::make_unique<LeasePage>(std::move(page->first));
  const int lease = page->second.get();
  if (wish.granted && wish.version == kRingVersion) {
    if (auto port = make_port(client, link, lease)) {
      link.rings = std::move(*port);
      link.rings->start();
      return;
    }
  }
  // It goes on over the socket.
  const auto sent = send_answer(socket, RingOffer{}, nullptr, lease);
  if (!sent) link.socket->close_after_flush(sent.error().text);
}

Result<std::shared_ptr<RingPort>> ClientServer::Parts::make_port(Client client, Link& link,
                                                                 int lease) {
  auto rings = make_rings();
  if (!rings) return std::unexpected(rings.error());
  const std::weak_ptr<Parts> weak = weak_from_this();
  RingPort::Handlers port_handlers;
  port_handlers.on_frames = [weak, client](ByteView records) {
    if (const auto self = weak.lock()) self->on_ring_frames(client, records);
  };
  port_handlers.on_broken = [weak, client](const Error& error) {
    const auto self = weak.lock();
    if (!self || !self->clients.contains(client)) return;
    give_up(self->clients.at(client), error);
  };
  // Opened on copies: what cannot be opened here is not handed over.
  auto port =
      RingPort::open(runtime, RingPort::End::kDaemon, duplicate(*rings), std::move(port_handlers));
  if (!port) return port;
  const int socket = link.socket->socket().native_handle();
  if (auto sent = send_answer(socket, RingOffer{true, kRingVersion}, &*rings, lease); !sent) {
    return std::unexpected(sent.error());
  }
  link.life_line = LifeLineWord::map(rings->to_daemon.get());
  return port;
}

void ClientServer::Parts::on_ring_frames(Client client, ByteView records) {
  const auto place = clients.find(client);
  if (place == clients.end()) return;
  // It holds its life line before it says anything.
  if (place->second.life_line && !std::exchange(place->second.watched, true)) {
    deaths.watch(client, place->second.life_line);
  }
  handlers.on_records(client, Bytes(records.begin(), records.end()));
}

/// The kernel closes its socket as well, some milliseconds later.
void ClientServer::Parts::on_death(Client client) {
  const auto place = clients.find(client);
  if (place == clients.end()) return;
  end_lease(place->second);
  on_closed(client, "its process has ended");
}

void ClientServer::Parts::on_closed(Client client, const std::string& reason) {
  const auto place = clients.find(client);
  if (place == clients.end()) return;
  if (const auto rings = place->second.rings) rings->drain();  // what it wrote counts (U7)
  Link link = std::move(place->second);
  clients.erase(place);
  handlers.on_gone(client, reason);
  deaths.forget(client);
  ended.add([link = std::move(link)] {
    if (link.rings) link.rings->close();
    link.socket->close();
  });
}

/// What it has not read by now it may not act upon.
void ClientServer::Parts::end_lease(Link& link) {
  if (link.lease) link.lease->set(MonotonicTime{});
  link.lease_ended = true;
}

void ClientServer::Parts::give_up(Link& link, const Error& error) {
  end_lease(link);
  if (link.rings) link.rings->close();
  link.socket->send(goodbye(error));
  link.socket->close_after_flush(error.text);
}

ClientServer::ClientServer(Runtime& runtime, Handlers handlers)
    : parts_(std::make_shared<Parts>(runtime, std::move(handlers))) {}

ClientServer::~ClientServer() {
  error_code ignored;
  if (parts_->acceptor.is_open()) {
    parts_->acceptor.close(ignored);
    ::unlink(parts_->path.c_str());
  }
  parts_->accept_again.cancel();
  parts_->ended.release_now();
  for (auto& [client, link] : parts_->clients) {
    Parts::end_lease(link);
    if (link.rings) link.rings->close();
    link.socket->close();
  }
  parts_->clients.clear();
}

Result<void> ClientServer::listen(const std::filesystem::path& path) {
  // Only the owner and its group may become clients.
  constexpr mode_t kSocketMode = S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP;
  parts_->path = path;
  ::unlink(path.c_str());
  error_code error;
  stream_protocol::acceptor& acceptor = parts_->acceptor;
  acceptor.open(stream_protocol(), error);
  if (!error) {
    close_on_exec(acceptor.native_handle());
    acceptor.bind(stream_protocol::endpoint(path.native()), error);
  }
  if (!error && ::chmod(path.c_str(), kSocketMode) != 0) {
    error.assign(errno, boost::system::system_category());
  }
  if (!error) acceptor.listen(boost::asio::socket_base::max_listen_connections, error);
  if (error) {
    return make_error(Errc::kIo,
                      fmt::format("cannot listen on {}: {}", path.native(), error.message()));
  }
  parts_->accept();
  return {};
}

void ClientServer::send(Client client, Bytes records) {
  const auto place = parts_->clients.find(client);
  if (place == parts_->clients.end()) return;
  if (place->second.rings) return place->second.rings->send_framed(std::move(records));
  place->second.told = true;
  place->second.socket->send_framed(records);
}

void ClientServer::close(Client client, const std::string& reason) {
  const auto place = parts_->clients.find(client);
  if (place == parts_->clients.end()) return;
  Parts::Link& link = place->second;
  Parts::end_lease(link);
  if (link.rings && !link.rings->close()) {
    // The ring is full; the socket is not.
    link.socket->send(goodbye(Error{Errc::kClosed, reason}));
  }
  link.socket->close_after_flush(reason);
}

void ClientServer::set_lease(MonotonicTime until) {
  parts_->lease_until = until;
  for (const auto& [client, link] : parts_->clients) {
    if (link.lease && !link.lease_ended) link.lease->set(until);
  }
}

std::size_t ClientServer::clients() const {
  return parts_->clients.size();
}

}  // namespace cohort::net
