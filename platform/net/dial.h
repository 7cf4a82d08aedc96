/// One attempt to connect to a TCP port, with a time limit.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>

#include "platform/net/runtime.h"

namespace cohort::net {

/// How an attempt ended. `kRefused`: the other host answered that nobody listens there.
enum class DialOutcome { kConnected, kRefused, kFailed };

class Dial {
 public:
  using Tcp = boost::asio::ip::tcp;
  using Handler = std::function<void(DialOutcome outcome, Tcp::socket socket, std::string reason)>;

  /// Calls `handler` once, from the loop, unless the Dial is dropped before. `from`: the address to
  /// connect from; an unspecified one lets the kernel choose.
  Dial(Runtime& runtime, const boost::asio::ip::address& from, const Tcp::endpoint& to,
       Duration timeout, Handler handler);
  ~Dial();
  Dial(const Dial&) = delete;
  Dial& operator=(const Dial&) = delete;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace cohort::net
