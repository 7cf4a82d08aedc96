/// One TCP connection that carries the stations' protocol: lines in, lines out, with limits.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "stations/protocol.h"

namespace cohort::stations {

/// Single-threaded, on the socket's event loop. Keeps itself alive while the socket is open.
class LineConnection : public std::enable_shared_from_this<LineConnection> {
 public:
  using Socket = boost::asio::ip::tcp::socket;
  struct Handlers {
    std::function<void(std::string line)> on_line;
    /// Once, when the other side or an error ended it; not after close().
    std::function<void(std::string reason)> on_closed;
  };

  static std::shared_ptr<LineConnection> open(Socket socket, Handlers handlers);

  /// Sends one line. A reader that lags limits::kUnsentBytesPerConnection behind is cut off.
  void send(std::string_view line);
  /// Closes after what was sent is out (or at once); no handler is called any more.
  void close();
  void close_now();
  bool is_open() const { return open_; }

 private:
  LineConnection(Socket socket, Handlers handlers);
  void read();
  void on_read(std::size_t bytes);
  void write();
  void end(const std::string& reason);

  Socket socket_;
  Handlers handlers_;
  protocol::LineSplitter splitter_;
  std::vector<char> in_;
  std::string waiting_;  ///< to be sent after `sending_`
  std::string sending_;
  bool open_ = true;
  bool closing_ = false;  ///< close() was called and something is still to be sent
};

}  // namespace cohort::stations
