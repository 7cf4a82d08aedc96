/// What the bytes of a connection go through before the socket, where they are to be secret: an
/// interface, so that who talks in the clear (every client of a daemon) carries no library for it.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace cohort::net {

/// One of them, over one socket that outlives it. Blocks: never; handlers come from the loop.
class SecureLayer {
 public:
  /// Which end of the handshake this is.
  enum class Side { kConnects, kAccepts };
  using Error = boost::system::error_code;
  using Moved = std::function<void(const Error&, std::size_t)>;

  SecureLayer() = default;
  SecureLayer(const SecureLayer&) = delete;
  SecureLayer& operator=(const SecureLayer&) = delete;
  virtual ~SecureLayer() = default;

  /// Comes first. Here and later an end without a farewell is boost::asio::error::eof, too.
  virtual void shake_hands(std::function<void(const Error&)> done) = 0;
  virtual void read_some(boost::asio::mutable_buffer into, Moved done) = 0;
  /// All of it.
  virtual void write(const std::vector<boost::asio::const_buffer>& from, Moved done) = 0;
  /// The name that the other end has proved; empty before the end of the handshake.
  virtual std::string peer_name() const = 0;
  /// What went wrong, in words for a person.
  virtual std::string explain(const Error& error) const = 0;
};

}  // namespace cohort::net
