#include "platform/net/frame_connection.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <utility>

#include "platform/base/assert.h"

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

void FrameConnection::start(Handlers handlers) {
  handlers_ = std::move(handlers);
  if (layer_) {
    shake_hands();
  } else {
    read();
  }
}

void FrameConnection::shake_hands() {
  shaking_hands_ = true;
  layer_->shake_hands([self = shared_from_this()](const error_code& error) {
    if (self->state_ == State::kClosed) return;
    self->shaking_hands_ = false;
    if (error) return self->end(self->explain(error));
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
  if (layer_) {
    layer_->read_some(boost::asio::buffer(input_), std::move(done));
  } else {
    socket_.async_read_some(boost::asio::buffer(input_), std::move(done));
  }
}

void FrameConnection::on_read(const error_code& error, std::size_t size) {
  if (state_ == State::kClosed) return;
  if (error) {
    end(explain(error));
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
  if (state_ == State::kClosed || !writing_.empty() || shaking_hands_) return;
  if (pending_.empty()) {
    if (state_ == State::kClosing) end(closing_reason_);
    return;
  }
  writing_.swap(pending_);
  auto done = [self = shared_from_this()](const error_code& error, std::size_t) {
    self->on_written(error);
  };
  if (layer_) {
    layer_->write(writing_.buffers(), std::move(done));
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

std::string FrameConnection::explain(const error_code& error) const {
  if (error == boost::asio::error::eof) return "closed by the other end";
  return layer_ ? layer_->explain(error) : error.message();
}

void FrameConnection::end(std::string reason) {
  if (state_ == State::kClosed) return;
  const auto self = shared_from_this();
  close();
  if (handlers_.on_closed) handlers_.on_closed(std::move(reason));
}

}  // namespace cohort::net
