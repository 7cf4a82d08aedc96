#include "platform/net/channel_link.h"

#include <fmt/format.h>
#include <netinet/tcp.h>

#include <algorithm>
#include <boost/asio/detail/socket_option.hpp>
#include <utility>

#include "platform/base/assert.h"

namespace cohort::net {

void tune(Dial::Tcp::socket& socket) {
  using UserTimeout = boost::asio::detail::socket_option::integer<IPPROTO_TCP, TCP_USER_TIMEOUT>;
  boost::system::error_code ignored;
  socket.set_option(Dial::Tcp::no_delay(true), ignored);
  socket.set_option(UserTimeout(static_cast<int>(to_millis(kUserTimeout))), ignored);
}

std::size_t frame_bytes_limit(Channel channel) {
  return channel == Channel::kControl ? limits::kSnapshotFrameBytes : limits::kFrameBytes;
}

ChannelLink::ChannelLink(Runtime& runtime, Settings settings, Handlers handlers)
    : settings_(std::move(settings)),
      handlers_(std::move(handlers)),
      runtime_(runtime),
      alarm_(runtime,
             [this] {
               if (connection_) {
                 lose("no answer to the handshake");
               } else {
                 ask_or_connect(kConnectTimeout);
               }
             }),
      back_off_(kBackOffFirst) {}

ChannelLink::~ChannelLink() {
  if (connection_) connection_->close();
}

void ChannelLink::connect_now() {
  if (!connects() || connection_ || state_ == State::kUp || state_ == State::kAsking) return;
  back_off_ = kBackOffFirst;
  ask_or_connect(kConnectTimeout);
}

void ChannelLink::ask_or_connect(Duration timeout) {
  alarm_.cancel();
  attempt_began_ = Runtime::now();
  dial_ = std::make_unique<Dial>(
      runtime_, settings_.from, settings_.to, timeout,
      [this](DialOutcome outcome, Dial::Tcp::socket socket, const std::string& reason) {
        on_dialled(outcome, std::move(socket), reason);
      });
}

void ChannelLink::on_dialled(DialOutcome outcome, Dial::Tcp::socket socket,
                             const std::string& reason) {
  if (outcome == DialOutcome::kRefused) {
    if (state_ == State::kAsking || state_ == State::kDown) report_down(true);
  } else if (state_ == State::kAsking) {
    report_down(false);
  }
  if (state_ != State::kUp && !connection_) {
    if (outcome == DialOutcome::kConnected && connects()) {
      shake_hands(std::move(socket));
    } else {
      if (state_ == State::kNeverUp) reason_ = reason;
      retry_later();
    }
  }
}

void ChannelLink::shake_hands(Dial::Tcp::socket socket) {
  tune(socket);
  connection_ = FrameConnection::make(runtime_, FrameConnection::Socket(std::move(socket)),
                                      {kHandshakeBytes, kLinkQueueBytes});
  const FrameConnection* self = connection_.get();
  if (settings_.tls) settings_.tls->secure(*connection_, SecureLayer::Side::kConnects);
  connection_->start({[this, self](Bytes frame) { on_frame_of(self, std::move(frame)); },
                      [this, self](const std::string& reason) { on_closed_of(self, reason); },
                      {}});
  connection_->send(encode(settings_.hello));
  alarm_.set_in(kHandshakeTimeout);
}

void ChannelLink::on_frame_of(const FrameConnection* connection, Bytes frame) {
  if (connection != connection_.get()) return;
  if (state_ == State::kUp) {
    handlers_.on_frame(std::move(frame));
  } else {
    on_answer(std::move(frame));
  }
}

void ChannelLink::on_answer(Bytes frame) {
  const auto answer = decode_handshake_answer(frame);
  if (!answer) {
    refused(answer.error().text);
  } else if (const auto checked = check_answer(*answer); !checked) {
    refused(checked.error().text);
  } else {
    come_up(answer->life);
  }
}

Result<void> ChannelLink::check_answer(const HandshakeAnswer& answer) const {
  if (answer.code != Errc::kOk) return make_error(answer.code, answer.text);
  if (answer.version < settings_.hello.version_least ||
      answer.version > settings_.hello.version_most) {
    return make_error(Errc::kVersion, "the other end chose a version that was not offered");
  }
  if (!settings_.tls) return {};
  const std::string name = connection_->peer_name();
  const std::string wanted = certificate_name(settings_.hello.plant, settings_.peer);
  if (name == wanted) return {};
  return make_error(
      Errc::kRefused,
      fmt::format("who listens at {} port {} shows the certificate of '{}', not of "
                  "'{}'; put the right certificate there",
                  settings_.to.address().to_string(), settings_.to.port(), name, wanted));
}

void ChannelLink::refused(const std::string& text) {
  handlers_.on_trouble(text);
  lose(text);
}

void ChannelLink::come_up(Incarnation life) {
  alarm_.cancel();
  dial_.reset();
  back_off_ = kBackOffFirst;
  state_ = State::kUp;
  peer_life_ = life;
  connection_->set_frame_limit(frame_bytes_limit(static_cast<Channel>(settings_.hello.purpose)));
  handlers_.on_up(life);
}

void ChannelLink::adopt(std::shared_ptr<FrameConnection> connection, Incarnation life) {
  // The connecting end opens a second connection only after it has lost the first.
  if (connection_) lose("replaced by a newer connection");
  if (state_ == State::kAsking) report_down(false);
  connection_ = std::move(connection);
  come_up(life);
}

void ChannelLink::on_peer_lives(Incarnation life) {
  if (state_ == State::kUp) {
    if (peer_life_ < life) lose("the process at the other end has ended: its site lives again");
    return;
  }
  if (!connects() || Runtime::now() < attempt_began_ + kProbeTimeout) return;
  if (connection_) lose("no answer to the handshake, while others are answered");
  connect_now();
}

void ChannelLink::on_closed_of(const FrameConnection* connection, const std::string& reason) {
  if (connection != connection_.get()) return;
  // A handshake of TLS that failed is for a person to put right; it would fail again.
  if (state_ != State::kUp && reason.starts_with("TLS: ")) handlers_.on_trouble(reason);
  lose(reason);
}

void ChannelLink::lose(const std::string& reason) {
  const auto lost = std::exchange(connection_, nullptr);
  lost->close();
  reason_ = reason;
  if (state_ != State::kUp) {
    retry_later();
    return;
  }
  state_ = State::kAsking;
  handlers_.on_lost(reason);
  ask_or_connect(kProbeTimeout);
}

void ChannelLink::report_down(bool process_gone) {
  state_ = process_gone ? State::kGone : State::kDown;
  handlers_.on_down(process_gone, reason_);
}

void ChannelLink::retry_later() {
  // Who accepts only asks until it knows that the process has gone.
  if (!connects() && state_ != State::kDown) return;
  alarm_.set_in(back_off_);
  back_off_ = std::clamp(2 * back_off_, kBackOffLeast, kBackOffMost);
}

void ChannelLink::send(ByteView frame, const SharedBytes& body) {
  COHORT_ASSERT(frame.size() + (body ? body->size() : 0) <=
                    frame_bytes_limit(static_cast<Channel>(settings_.hello.purpose)),
                "a frame fits its channel's limit");
  if (state_ == State::kUp) connection_->send(frame, body);
}

void ChannelLink::release() {
  if (state_ == State::kUp) std::exchange(connection_, nullptr)->release();
}

void ChannelLink::close(const std::string& reason) {
  if (state_ == State::kUp) lose(reason);
}

}  // namespace cohort::net
