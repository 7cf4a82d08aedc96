/// A TCP proxy that does to connections what bad networks do. It sits in the router of the lab's
/// network, where the kernel redirects the sites' connections to it; the address that a connection
/// was meant for is asked from the kernel, so that nothing of the plant knows of the proxy.
///
/// A *direction* is the pair (address bytes come from, address they go to). Faults are set for
/// directions, at any time, also for connections that exist. Single-threaded.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <chrono>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>

namespace cohort::lab {

/// What happens to the bytes of one direction.
struct Faults {
  std::chrono::milliseconds delay{0};
  std::chrono::milliseconds jitter{0};  ///< up to so much more, drawn for each piece
  std::uint64_t bytes_per_second = 0;   ///< 0: no limit
  std::size_t piece_bytes = 65'536;     ///< read and passed on at a time, at most
  bool hold = false;                    ///< nothing is passed on, and nothing is lost
  bool refuse = false;                  ///< new connections are reset
};

struct Counters {
  std::uint64_t connections = 0;
  std::uint64_t refused = 0;
  std::uint64_t cut = 0;
  std::uint64_t bytes = 0;
  std::uint64_t delayed = 0;  ///< pieces that waited for delay, jitter or rate
};

using Direction = std::pair<std::string, std::string>;

/// State of all connections, shared by them.
struct ProxyState {
  explicit ProxyState(std::uint64_t seed) : random(seed) {}
  const Faults& of(const Direction& direction) const;

  std::map<Direction, Faults> faults;
  Counters counters;
  std::mt19937_64 random;
};

class ProxyConnection;

class FaultProxy {
 public:
  using Tcp = boost::asio::ip::tcp;

  /// `target`: where every connection goes; none: where the kernel says that it was going.
  FaultProxy(boost::asio::io_context& context, const Tcp::endpoint& listen,
             std::optional<Tcp::endpoint> target, std::uint64_t seed);

  /// Carries out one command and returns the answer, one line: "ok N" (connections concerned),
  /// the counters, or "error: WHY".
  ///     set FROM TO KEY=VALUE...   delay_ms jitter_ms rate piece hold refuse (0 or 1)
  ///     heal                       no faults any more
  ///     cut FROM TO                resets the pair's connections at both ends
  ///     cut-mid-frame FROM TO      the same after half of the next piece of that direction
  ///     half-open FROM TO          resets FROM's end; TO's end stays and hears nothing
  ///     stats
  /// FROM and TO are addresses, or * for any.
  std::string obey(const std::string& command);

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  void accept();
  void on_accepted(Tcp::socket socket);
  std::string set(std::istream& words);
  std::string each(const std::string& what, std::istream& words);
  std::string stats() const;

  Tcp::acceptor acceptor_;
  std::optional<Tcp::endpoint> target_;
  std::shared_ptr<ProxyState> state_;
  std::list<std::shared_ptr<ProxyConnection>> connections_;
};

/// Takes commands, one a line, on a Unix socket and answers each with a line.
class ControlSocket {
 public:
  ControlSocket(boost::asio::io_context& context, const std::string& path, FaultProxy& proxy);

 private:
  void accept();

  boost::asio::local::stream_protocol::acceptor acceptor_;
  FaultProxy& proxy_;
};

}  // namespace cohort::lab
