#include "stations/adapters/line_connection.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <utility>

#include "stations/limits.h"

namespace cohort::stations {

using boost::system::error_code;

namespace {
constexpr std::size_t kReadBytes = 8 * 1024;
}

std::shared_ptr<LineConnection> LineConnection::open(Socket socket, Handlers handlers) {
  error_code ignored;
  socket.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
  std::shared_ptr<LineConnection> connection(
      new LineConnection(std::move(socket), std::move(handlers)));
  connection->read();
  return connection;
}

LineConnection::LineConnection(Socket socket, Handlers handlers)
    : socket_(std::move(socket)), handlers_(std::move(handlers)), in_(kReadBytes) {}

void LineConnection::read() {
  socket_.async_read_some(
      boost::asio::buffer(in_),
      [self = shared_from_this()](const error_code& error, std::size_t bytes) {
        if (!self->open_) return;
        if (error) {
          self->end(error == boost::asio::error::eof ? "the other side closed" : error.message());
          return;
        }
        self->on_read(bytes);
      });
}

void LineConnection::on_read(std::size_t bytes) {
  std::vector<std::string> lines;
  const auto split = splitter_.feed(std::string_view(in_.data(), bytes), lines);
  for (std::string& line : lines) {
    if (!open_ || closing_) return;
    handlers_.on_line(std::move(line));
  }
  if (!open_ || closing_) return;
  if (!split) {
    end(split.error().text);
    return;
  }
  read();
}

void LineConnection::send(std::string_view line) {
  if (!open_ || closing_) return;
  if (waiting_.size() + line.size() > limits::kUnsentBytesPerConnection) {
    end("it does not read what it is sent");
    return;
  }
  waiting_.append(line);
  waiting_.push_back('\n');
  if (sending_.empty()) write();
}

void LineConnection::write() {
  sending_ = std::exchange(waiting_, {});
  boost::asio::async_write(socket_, boost::asio::buffer(sending_),
                           [self = shared_from_this()](const error_code& error, std::size_t) {
                             self->sending_.clear();
                             if (!self->open_) return;
                             if (error) {
                               self->end(error.message());
                             } else if (!self->waiting_.empty()) {
                               self->write();
                             } else if (self->closing_) {
                               self->close_now();
                             }
                           });
}

void LineConnection::close() {
  if (!open_) return;
  closing_ = true;
  if (sending_.empty()) close_now();
}

void LineConnection::close_now() {
  if (!open_) return;
  open_ = false;
  error_code ignored;
  socket_.shutdown(Socket::shutdown_both, ignored);
  socket_.close(ignored);
}

void LineConnection::end(const std::string& reason) {
  const bool tell = !closing_;
  close_now();
  if (tell && handlers_.on_closed) handlers_.on_closed(reason);
}

}  // namespace cohort::stations
