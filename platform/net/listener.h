/// Accepts connections at one address and port. Internal to SiteLinks.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <functional>

#include "platform/base/result.h"
#include "platform/net/runtime.h"
#include "platform/wire/plant_record.h"

namespace cohort::net {

/// The endpoint as sockets know it. Errors: kInvalidArgument.
Result<boost::asio::ip::tcp::endpoint> to_tcp(const wire::Endpoint& endpoint);

class Listener {
 public:
  using Socket = boost::asio::ip::tcp::socket;

  /// `on_accepted` is called from the loop until the listener is dropped.
  Listener(Runtime& runtime, wire::Endpoint at, std::function<void(Socket)> on_accepted);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// `absent_too`: also where no network of this host has the address now; connections come once it
  /// has. Errors: kInvalidArgument (no address), kIo (port taken ...).
  Result<void> listen(bool absent_too);
  const wire::Endpoint& at() const { return at_; }
  std::uint16_t port() const;

 private:
  void accept();

  wire::Endpoint at_;
  std::function<void(Socket)> on_accepted_;
  boost::asio::ip::tcp::acceptor acceptor_;
  Alarm accept_again_;
  std::shared_ptr<bool> alive_;
};

}  // namespace cohort::net
