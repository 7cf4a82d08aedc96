/// One connection to one other site over one network path, through its deaths and births. Internal
/// to SiteLinks.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <string>

#include "platform/net/dial.h"
#include "platform/net/frame_connection.h"
#include "platform/net/handshake.h"
#include "platform/net/runtime.h"
#include "platform/net/tls.h"

namespace cohort::net {

class ChannelLink {
 public:
  struct Settings {
    Handshake hello;  ///< what we say: its site and purpose tell whose end this is
    SiteId peer;
    boost::asio::ip::address from;
    boost::asio::ip::tcp::endpoint to;  ///< where the peer listens
    std::shared_ptr<Tls> tls;           ///< null: plain
  };
  struct Handlers {
    /// The other end lives this life.
    std::function<void(Incarnation life)> on_up;
    /// It was up and is not any more; on_down follows when it is known whether somebody listens.
    std::function<void(const std::string& reason)> on_lost;
    std::function<void(bool process_gone, const std::string& reason)> on_down;
    std::function<void(Bytes frame)> on_frame;
    std::function<void(const std::string& text)> on_trouble;
  };

  ChannelLink(Runtime& runtime, Settings settings, Handlers handlers);
  ~ChannelLink();
  ChannelLink(const ChannelLink&) = delete;
  ChannelLink& operator=(const ChannelLink&) = delete;

  /// True where this end connects; the other end accepts.
  bool connects() const { return settings_.hello.site > settings_.peer; }
  void set_peer_port(std::uint16_t port) { settings_.to.port(port); }

  /// Tries to connect now, where this end connects and the link is down.
  void connect_now();
  /// An accepted connection whose handshake was good and answered: it replaces what was there.
  void adopt(std::shared_ptr<FrameConnection> connection, Incarnation life);
  /// Another connection says that the peer is there, and which life it lives. One to an earlier
  /// life is dead, though its end may be long in coming where the host was cut off; an attempt that
  /// began while it could not be reached would wait for the kernel's next try: it begins again.
  void on_peer_lives(Incarnation life);
  /// For the accepted connection's handlers.
  void on_frame_of(const FrameConnection* connection, Bytes frame);
  void on_closed_of(const FrameConnection* connection, const std::string& reason);

  void send(ByteView frame, const SharedBytes& body = nullptr);
  void close(const std::string& reason);
  bool up() const { return state_ == State::kUp; }
  /// Before it is dropped, where what was sent last still has to arrive.
  void release();

 private:
  enum class State {
    kNeverUp,  ///< nothing to report: the other end has not been there yet
    kUp,
    kAsking,  ///< was up; on_down waits for the answer whether somebody still listens
    kDown,    ///< reported down, the process may live
    kGone,    ///< reported down, the process has gone
  };

  void ask_or_connect(Duration timeout);
  void on_dialled(DialOutcome outcome, Dial::Tcp::socket socket, const std::string& reason);
  void shake_hands(Dial::Tcp::socket socket);
  void on_answer(Bytes frame);
  Result<void> check_answer(const HandshakeAnswer& answer) const;
  void refused(const std::string& text);
  void lose(const std::string& reason);
  void report_down(bool process_gone);
  void come_up(Incarnation life);
  void retry_later();

  Settings settings_;
  Handlers handlers_;
  Runtime& runtime_;
  State state_ = State::kNeverUp;
  Incarnation peer_life_;  ///< at the other end of the connection that is or was up
  MonotonicTime attempt_began_{};
  std::shared_ptr<FrameConnection> connection_;  ///< up, or in its handshake
  std::unique_ptr<Dial> dial_;
  Alarm alarm_;  ///< the next attempt, or the end of a handshake's patience
  Duration back_off_;
  std::string reason_;
};

/// Sets what every connection between sites has: no delay, an end when the peer's host is silent.
void tune(Dial::Tcp::socket& socket);

/// The longest frame of a channel.
std::size_t frame_bytes_limit(Channel channel);

}  // namespace cohort::net
