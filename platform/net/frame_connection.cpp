#include "platform/net/frame_connection.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <utility>

#include "platform/base/assert.h"
#include "platform/net/tls.h"

namespace cohort::net {

using boost::system::error_code;

std::shared_ptr<FrameConnection> FrameConnection::make(Runtime& runtime, Socket socket,
                                                       Limits limits) {
  return std::shared_ptr<FrameConnection>(new FrameConnection(runtime, std::move(socket), limits));
}

FrameConnection::FrameConnection(Runtime& runtime, Socket socket, Limits limits)
    : socket_(std::move(socket)),
      limits_(limits),
      decoder_(limits.frame_bytes),
      linger_(runtime, [this] { end(closing_reason_); }) {
  close_on_exec(socket_.native_handle());
}

FrameConnection::~FrameConnection() = default;

void FrameConnection::secure(boost::asio::ssl::context& context, Side side) {
  tls_.reset(new Security{TlsStream(socket_, context), side});
}

std::string FrameConnection::peer_certificate_name() const {
  return tls_ ? peer_name(tls_->stream.native_handle()) : std::string();
}

void FrameConnection::start(Handlers handlers) {
  handlers_ = std::move(handlers);
  if (tls_) {
    shake_hands();
  } else {
    read();
  }
}

void FrameConnection::shake_hands() {
  const auto type = tls_->side == Side::kConnects ? boost::asio::ssl::stream_base::client
                                                  : boost::asio::ssl::stream_base::server;
  tls_->stream.async_handshake(type, [self = shared_from_this()](const error_code& error) {
    if (self->state_ == State::kClosed) return;
    // Who only asks whether somebody listens closes without a word.
    if (error == boost::asio::error::eof || error == boost::asio::ssl::error::stream_truncated) {
      return self->end("closed by the other end");
    }
    if (error) {
      const long verdict = SSL_get_verify_result(self->tls_->stream.native_handle());
      self->end(verdict == X509_V_OK ? "TLS: " + error.message()
                                     : "TLS: the other end's certificate is refused: " +
                                           std::string(X509_verify_cert_error_string(verdict)));
      return;
    }
    self->tls_->ready = true;
    self->read();
    self->write();
  });
}

bool FrameConnection::has_room(std::size_t bytes) {
  if (state_ != State::kOpen) return false;
  if (pending_.size() + writing_.size() + bytes <= limits_.queue_bytes) return true;
  // What waits could not be read for a long time: it makes room for the reason.
  pending_.clear();
  give_up(Error{Errc::kLimit, "the other end does not read: its queue is full"});
  return false;
}

void FrameConnection::send(ByteView frame, const SharedBytes& body) {
  const std::size_t bytes = frame.size() + (body ? body->size() : 0);
  if (!has_room(bytes + kFrameHeaderBytes)) return;
  pending_.append(frame_header(bytes));
  pending_.append(frame);
  if (body) pending_.append(body);
  flush_later();
}

void FrameConnection::send_framed(ByteView frames) {
  if (!has_room(frames.size())) return;
  pending_.append(frames);
  flush_later();
}

void FrameConnection::close() {
  state_ = State::kClosed;
  linger_.cancel();
  error_code ignored;
  socket_.close(ignored);
}

void FrameConnection::close_after_flush(std::string reason) {
  if (state_ != State::kOpen) return;
  state_ = State::kClosing;
  closing_reason_ = std::move(reason);
  linger_.set_in(kLinger);
  flush_later();
}

void FrameConnection::release() {
  handlers_ = {};
  close_after_flush("released");
}

void FrameConnection::read() {
  auto done = [self = shared_from_this()](const error_code& error, std::size_t size) {
    self->on_read(error, size);
  };
  if (tls_) {
    tls_->stream.async_read_some(boost::asio::buffer(input_), std::move(done));
  } else {
    socket_.async_read_some(boost::asio::buffer(input_), std::move(done));
  }
}

void FrameConnection::on_read(const error_code& error, std::size_t size) {
  if (state_ == State::kClosed) return;
  if (error) {
    const bool closed =
        error == boost::asio::error::eof || error == boost::asio::ssl::error::stream_truncated;
    end(closed ? "closed by the other end" : (tls_ ? "TLS: " : "") + error.message());
    return;
  }
  if (state_ == State::kClosing) {
    read();  // only to learn of the other end's close
    return;
  }
  decoder_.feed(ByteView(input_).first(size));
  while (state_ == State::kOpen) {
    Result<std::optional<Bytes>> frame = decoder_.next();
    if (!frame) {
      give_up(frame.error());
      break;
    }
    if (!*frame) break;
    handlers_.on_frame(std::move(**frame));
  }
  if (state_ != State::kClosed) read();
}

void FrameConnection::give_up(const Error& error) {
  if (handlers_.make_goodbye) {
    if (const Bytes goodbye = handlers_.make_goodbye(error); !goodbye.empty()) {
      pending_.append(frame_header(goodbye.size()));
      pending_.append(goodbye);
    }
  }
  close_after_flush(error.text);
}

void FrameConnection::flush_later() {
  if (flush_posted_ || !writing_.empty()) return;
  flush_posted_ = true;
  boost::asio::post(socket_.get_executor(), [self = shared_from_this()] {
    self->flush_posted_ = false;
    self->write();
  });
}

void FrameConnection::write() {
  if (state_ == State::kClosed || !writing_.empty() || (tls_ && !tls_->ready)) return;
  if (pending_.empty()) {
    if (state_ == State::kClosing) end(closing_reason_);
    return;
  }
  writing_.swap(pending_);
  auto done = [self = shared_from_this()](const error_code& error, std::size_t) {
    self->on_written(error);
  };
  if (tls_) {
    boost::asio::async_write(tls_->stream, writing_.buffers(), std::move(done));
  } else {
    boost::asio::async_write(socket_, writing_.buffers(), std::move(done));
  }
}

void FrameConnection::on_written(const error_code& error) {
  writing_.clear();
  if (state_ == State::kClosed) return;
  if (error) {
    end(error.message());
    return;
  }
  write();
}

void FrameConnection::end(std::string reason) {
  if (state_ == State::kClosed) return;
  const auto self = shared_from_this();
  close();
  if (handlers_.on_closed) handlers_.on_closed(std::move(reason));
}

}  // namespace cohort::net
