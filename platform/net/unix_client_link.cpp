#include "platform/net/unix_client_link.h"

#include <fmt/format.h>

#include <boost/asio/local/stream_protocol.hpp>
#include <utility>

#include "platform/net/frame_connection.h"

namespace cohort::net {

using boost::asio::local::stream_protocol;

Result<std::unique_ptr<UnixClientLink>> UnixClientLink::connect(Runtime& runtime,
                                                                const std::filesystem::path& path) {
  stream_protocol::socket socket(runtime.context());
  boost::system::error_code error;
  socket.connect(stream_protocol::endpoint(path.native()), error);
  if (error == boost::asio::error::connection_refused ||
      error == boost::system::errc::no_such_file_or_directory) {
    return make_error(
        Errc::kClosed,
        fmt::format("no daemon listens on {}; start cohortd for this site first", path.native()));
  }
  if (error) {
    return make_error(Errc::kIo, fmt::format("cannot reach the daemon on {}: {}", path.native(),
                                             error.message()));
  }
  // A client may hand over as much as its daemon lets wait for it.
  const FrameConnection::Limits bounds{limits::kFrameBytes, limits::kClientQueueBytes};
  std::unique_ptr<UnixClientLink> link(new UnixClientLink(
      FrameConnection::make(runtime, FrameConnection::Socket(std::move(socket)), bounds)));
  UnixClientLink* const self = link.get();
  link->connection_->start({[self](Bytes record) {
                              if (self->on_record) self->on_record(std::move(record));
                            },
                            [self](std::string reason) {
                              if (self->on_closed) self->on_closed(std::move(reason));
                            },
                            {}});
  return link;
}

UnixClientLink::UnixClientLink(std::shared_ptr<FrameConnection> connection)
    : connection_(std::move(connection)) {}

UnixClientLink::~UnixClientLink() {
  connection_->close();
}

void UnixClientLink::send(Bytes record) {
  connection_->send(record);
}

}  // namespace cohort::net
