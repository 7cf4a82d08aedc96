/// One connection through the fault proxy: two sockets and, for each direction, one pump.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <string>
#include <vector>

#include "lab/proxy/fault_proxy.h"

namespace cohort::lab {

/// Carries the bytes of one direction: reads a piece, waits as its faults say, writes it.
class Pump : public std::enable_shared_from_this<Pump> {
 public:
  using Tcp = boost::asio::ip::tcp;

  Pump(std::shared_ptr<ProxyState> state, Direction direction, std::shared_ptr<Tcp::socket> from,
       std::shared_ptr<Tcp::socket> to);

  void start() { read(); }
  const Direction& direction() const { return direction_; }
  /// Half of the next piece is passed on, then both ends are reset.
  void cut_in_next_piece() { cut_next_ = true; }
  /// Goes on reading; what is read goes nowhere.
  void swallow() { swallow_ = true; }
  void wake();
  /// The sender has sent its last byte.
  bool ended() const { return ended_; }

 private:
  void read();
  void on_read(std::size_t bytes);
  void when_due();
  void write(std::size_t bytes, bool then_cut);
  void pass_end_on();
  std::chrono::steady_clock::duration wait_for(std::size_t bytes);

  std::shared_ptr<ProxyState> state_;
  Direction direction_;
  std::shared_ptr<Tcp::socket> from_;
  std::shared_ptr<Tcp::socket> to_;
  boost::asio::steady_timer timer_;
  std::vector<char> buffer_;
  std::size_t filled_ = 0;
  bool held_ = false;
  bool cut_next_ = false;
  bool swallow_ = false;
  bool ended_ = false;
};

/// Closes so that the other end gets a reset.
void reset(boost::asio::ip::tcp::socket& socket);

class ProxyConnection : public std::enable_shared_from_this<ProxyConnection> {
 public:
  using Tcp = boost::asio::ip::tcp;

  ProxyConnection(std::shared_ptr<ProxyState> state, Tcp::socket client,
                  const Tcp::endpoint& target);

  /// Connects onward; where that fails the client's end is reset.
  void start();
  /// What obey() says of cut, cut-mid-frame, half-open; true if it concerned this connection.
  bool apply(const std::string& what, const std::string& from, const std::string& to);
  void wake();
  /// Nothing will pass here any more.
  bool over() const;

 private:
  std::shared_ptr<ProxyState> state_;
  std::shared_ptr<Tcp::socket> client_;
  std::shared_ptr<Tcp::socket> server_;
  Tcp::endpoint target_;
  Direction outward_;
  std::shared_ptr<Pump> there_;
  std::shared_ptr<Pump> back_;
};

}  // namespace cohort::lab
