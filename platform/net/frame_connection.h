/// One stream socket that carries frames both ways: TCP between sites, Unix between a client and
/// its daemon. Everything that is sent within one turn of the loop leaves in one write.
///
/// Handlers are called from the loop only, never from inside send() or close().
#pragma once

#include <array>
#include <boost/asio/generic/stream_protocol.hpp>
#include <functional>
#include <memory>
#include <string>

#include "platform/base/bytes.h"
#include "platform/net/frame_decoder.h"
#include "platform/net/net_limits.h"
#include "platform/net/outgoing_bytes.h"
#include "platform/net/runtime.h"
#include "platform/net/secure_layer.h"

namespace cohort::net {

class FrameConnection : public std::enable_shared_from_this<FrameConnection> {
 public:
  using Socket = boost::asio::generic::stream_protocol::socket;
  struct Limits {
    std::size_t frame_bytes = limits::kFrameBytes;        ///< of a frame that comes in
    std::size_t queue_bytes = limits::kClientQueueBytes;  ///< sent, not yet taken by the kernel
  };
  struct Handlers {
    std::function<void(Bytes)> on_frame;
    /// Once, unless close() was called: the other end closed, an error, garbage, an overflow, or
    /// the end of close_after_flush().
    std::function<void(std::string reason)> on_closed;
    /// A frame could not be read, or the queue would overflow: the returned frame, if any, is the
    /// last one that the other end gets. May be empty.
    std::function<Bytes(const Error&)> make_goodbye;
  };

  static std::shared_ptr<FrameConnection> make(Runtime& runtime, Socket socket, Limits limits);
  ~FrameConnection();

  /// Everything goes through the layer, whose handshake comes first. Call before start(). Requires:
  /// it lies over socket().
  void secure(std::unique_ptr<SecureLayer> layer) { layer_ = std::move(layer); }
  /// The name that the other end has proved; empty without a layer, or before its first frame.
  std::string peer_name() const { return layer_ ? layer_->peer_name() : std::string(); }

  /// Begins to read. Call once.
  void start(Handlers handlers);
  void set_frame_limit(std::size_t frame_bytes) { decoder_.set_limit(frame_bytes); }

  /// Queues one frame. After the end it does nothing; beyond the queue's limit it ends the
  /// connection. Blocks: never.
  void send(ByteView frame) { send(frame, nullptr); }
  /// The same for a frame whose end, `body`, is not copied.
  void send(ByteView frame, const SharedBytes& body);
  /// The same for any number of frames with their lengths in front, as they lie on the stream.
  void send_framed(ByteView frames);

  /// Ends it now: what was sent may be lost, no handler is called any more.
  void close();
  /// Ends it once the kernel has taken what was sent before, or after kLinger; then on_closed.
  void close_after_flush(std::string reason);
  /// The same, and no handler is called any more: its owner may go.
  void release();

  bool open() const { return state_ == State::kOpen; }
  Socket& socket() { return socket_; }

 private:
  enum class State { kOpen, kClosing, kClosed };

  FrameConnection(Runtime& runtime, Socket socket, Limits limits);
  void shake_hands();
  bool has_room(std::size_t bytes);
  void read();
  void on_read(const boost::system::error_code& error, std::size_t size);
  void flush_later();
  void write();
  void on_written(const boost::system::error_code& error);
  void give_up(const Error& error);
  std::string explain(const boost::system::error_code& error) const;
  void end(std::string reason);

  Socket socket_;
  std::unique_ptr<SecureLayer> layer_;  ///< null: plain
  bool shaking_hands_ = false;
  Limits limits_;
  Handlers handlers_;
  FrameDecoder decoder_;
  OutgoingBytes pending_;  ///< framed, waits for the write in progress or for the end of this turn
  OutgoingBytes writing_;  ///< in the kernel's hands
  State state_ = State::kOpen;
  bool flush_posted_ = false;
  std::string closing_reason_;
  Alarm linger_;
  std::array<std::uint8_t, kReadBytes> input_;
};

}  // namespace cohort::net
