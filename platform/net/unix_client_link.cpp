#include "platform/net/unix_client_link.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <utility>
#include <vector>

#include "platform/net/frame_connection.h"
#include "platform/net/lease_page.h"
#include "platform/net/life_line.h"
#include "platform/net/ring_port.h"
#include "platform/wire/record_stream.h"

namespace cohort::net {

using boost::system::error_code;
using Socket = FrameConnection::Socket;

struct UnixClientLink::Parts : std::enable_shared_from_this<UnixClientLink::Parts> {
  Parts(Runtime& loop, Socket connected) : runtime(loop), socket(std::move(connected)) {}

  void ask(bool for_rings);
  bool daemon_spoke_first();
  void on_answer();
  Result<void> use_rings(RingDescriptors descriptors);
  void use_socket();
  void on_record(ByteView record) {
    if (owner != nullptr && owner->on_record) owner->on_record(record);
  }
  void end(const std::string& reason);
  void send(Bytes record);

  Runtime& runtime;
  UnixClientLink* owner = nullptr;  ///< null: it is gone, or was told of the end
  Socket socket;                    ///< until the daemon has answered
  std::shared_ptr<FrameConnection> connection;
  std::shared_ptr<RingPort> rings;
  std::unique_ptr<LeasePage> lease;
  std::unique_ptr<LifeLine> life_line;  ///< held by the thread of the loop
  std::vector<Bytes> early;             ///< records that were sent before the answer
  std::size_t early_bytes = 0;
};

/// True: the first frame on the socket is a record, or the socket has ended: the daemon spoke
/// before it had read the wish, and all goes on over the socket.
bool UnixClientLink::Parts::daemon_spoke_first() {
  std::array<std::uint8_t, kFrameHeaderBytes + 1> begin{};
  const ssize_t got =
      ::recv(socket.native_handle(), begin.data(), begin.size(), MSG_PEEK | MSG_DONTWAIT);
  return got != static_cast<ssize_t>(begin.size()) || begin.back() != 0;
}

/// For rings where they are wanted, and for the page of the lease.
void UnixClientLink::Parts::ask(bool for_rings) {
  Bytes wish;
  append_frame(wish, encode(RingOffer{for_rings, kRingVersion}));
  error_code error;
  boost::asio::write(socket, boost::asio::buffer(wish), error);  // the first bytes have room
  if (error) return use_socket();                                // which tells the end
  socket.async_wait(Socket::wait_read, [weak = weak_from_this()](const error_code& failed) {
    const auto self = weak.lock();
    if (self && !failed && self->owner != nullptr) self->on_answer();
  });
}

void UnixClientLink::Parts::on_answer() {
  if (daemon_spoke_first()) {
    use_socket();
    for (Bytes& record : std::exchange(early, {})) send(std::move(record));
    return;
  }
  auto received = receive_answer(socket.native_handle());
  if (!received) {
    error_code ignored;
    socket.close(ignored);
    return end(received.error().text);
  }
  use_socket();
  if (auto page = LeasePage::map(received->lease.get())) {
    lease = std::make_unique<LeasePage>(std::move(*page));
  } else {
    connection->close();
    return end(page.error().text);
  }
  if (received->answer.granted) {
    if (const auto used = use_rings(std::move(received->rings)); !used) {
      connection->close();
      return end(used.error().text);
    }
  }
  for (Bytes& record : std::exchange(early, {})) send(std::move(record));
}

Result<void> UnixClientLink::Parts::use_rings(RingDescriptors descriptors) {
  const std::weak_ptr<Parts> weak = weak_from_this();
  RingPort::Handlers handlers;
  handlers.on_frames = [weak](ByteView records) {
    const auto self = weak.lock();
    if (!self) return;
    while (const auto record = wire::take_record(records)) self->on_record(*record);
  };
  handlers.on_broken = [weak](const Error& error) {
    const auto self = weak.lock();
    if (!self) return;
    self->connection->close();
    self->end(error.text);
  };
  life_line = LifeLine::hold(descriptors.to_daemon.get());
  auto port =
      RingPort::open(runtime, RingPort::End::kClient, std::move(descriptors), std::move(handlers));
  if (!port) return std::unexpected(port.error());
  rings = std::move(*port);
  rings->start();
  return {};
}

void UnixClientLink::Parts::use_socket() {
  // A client may hand over as much as its daemon lets wait for it.
  const FrameConnection::Limits bounds{limits::kFrameBytes, limits::kClientQueueBytes};
  connection = FrameConnection::make(runtime, std::move(socket), bounds);
  const std::weak_ptr<Parts> weak = weak_from_this();
  connection->start({[weak](const Bytes& record) {
                       const auto self = weak.lock();
                       if (!self) return;
                       // Beside rings it is the last one, which found no room there.
                       if (self->rings) self->rings->drain();
                       self->on_record(record);
                     },
                     [weak](const std::string& reason) {
                       const auto self = weak.lock();
                       if (!self) return;
                       if (self->rings) self->rings->drain();
                       self->end(reason);
                     },
                     {}});
}

void UnixClientLink::Parts::end(const std::string& reason) {
  if (rings) rings->close();
  UnixClientLink* const told = std::exchange(owner, nullptr);
  if (told != nullptr && told->on_closed) told->on_closed(reason);
}

void UnixClientLink::Parts::send(Bytes record) {
  if (rings) return rings->send(record);
  if (connection) return connection->send(record);
  early_bytes += record.size();
  if (early_bytes <= limits::kClientQueueBytes) return early.push_back(std::move(record));
  runtime.post([self = shared_from_this()] {
    error_code ignored;
    self->socket.close(ignored);
    self->end("too much was sent before the daemon's answer");
  });
}

Result<std::unique_ptr<UnixClientLink>> UnixClientLink::connect(Runtime& runtime,
                                                                const std::filesystem::path& path,
                                                                Transport transport) {
  using boost::asio::local::stream_protocol;
  stream_protocol::socket socket(runtime.context());
  error_code error;
  socket.connect(stream_protocol::endpoint(path.native()), error);
  if (error == boost::system::errc::connection_refused ||
      error == boost::system::errc::no_such_file_or_directory) {
    return make_error(
        Errc::kClosed,
        fmt::format("no daemon listens on {}; start cohortd for this site first", path.native()));
  }
  if (error) {
    return make_error(Errc::kIo, fmt::format("cannot reach the daemon on {}: {}", path.native(),
                                             error.message()));
  }
  close_on_exec(socket.native_handle());
  auto parts = std::make_shared<Parts>(runtime, Socket(std::move(socket)));
  std::unique_ptr<UnixClientLink> link(new UnixClientLink(parts));
  parts->ask(transport == Transport::kRings);
  return link;
}

UnixClientLink::UnixClientLink(std::shared_ptr<Parts> parts) : parts_(std::move(parts)) {
  parts_->owner = this;
}

UnixClientLink::~UnixClientLink() {
  parts_->owner = nullptr;
  if (parts_->rings) parts_->rings->close();
  if (parts_->connection) {
    parts_->connection->close();
  } else {
    error_code ignored;
    parts_->socket.close(ignored);
  }
}

void UnixClientLink::send(Bytes record) {
  parts_->send(std::move(record));
}

MonotonicTime UnixClientLink::lease_until() const {
  return parts_->lease ? parts_->lease->until() : MonotonicTime{};
}

bool UnixClientLink::has_rings() const {
  return parts_->rings != nullptr;
}

}  // namespace cohort::net
