#include "platform/net/client_server.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/local/stream_protocol.hpp>
#include <map>
#include <utility>

#include "platform/net/frame_connection.h"
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
        accept_again(loop, [this] { accept(); }) {}

  void accept();
  void on_accepted(stream_protocol::socket socket);
  void on_record(Client client, Bytes record) {
    if (clients.contains(client)) handlers.on_record(client, std::move(record));
  }
  void on_closed(Client client, const std::string& reason) {
    if (clients.erase(client) > 0) handlers.on_gone(client, reason);
  }

  Runtime& runtime;
  Handlers handlers;
  stream_protocol::acceptor acceptor;
  Alarm accept_again;
  std::filesystem::path path;
  std::map<Client, std::shared_ptr<FrameConnection>> clients;
  Client last_client = 0;
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
  if (welcome) clients[client] = connection;
  connection->start({[weak, client](Bytes record) {
                       if (const auto self = weak.lock())
                         self->on_record(client, std::move(record));
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

ClientServer::ClientServer(Runtime& runtime, Handlers handlers)
    : parts_(std::make_shared<Parts>(runtime, std::move(handlers))) {}

ClientServer::~ClientServer() {
  error_code ignored;
  if (parts_->acceptor.is_open()) {
    parts_->acceptor.close(ignored);
    ::unlink(parts_->path.c_str());
  }
  parts_->accept_again.cancel();
  for (const auto& [client, connection] : parts_->clients) connection->close();
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

void ClientServer::send(Client client, ByteView record) {
  const auto place = parts_->clients.find(client);
  if (place != parts_->clients.end()) place->second->send(record);
}

void ClientServer::close(Client client, const std::string& reason) {
  const auto place = parts_->clients.find(client);
  if (place != parts_->clients.end()) place->second->close_after_flush(reason);
}

std::size_t ClientServer::clients() const {
  return parts_->clients.size();
}

}  // namespace cohort::net
