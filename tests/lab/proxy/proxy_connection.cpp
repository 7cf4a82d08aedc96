#include "lab/proxy/proxy_connection.h"

#include <algorithm>
#include <boost/asio/write.hpp>

namespace cohort::lab {

namespace {

using boost::system::error_code;

bool concerns(const Direction& direction, const std::string& from, const std::string& to) {
  return (from == "*" || from == direction.first) && (to == "*" || to == direction.second);
}

}  // namespace

void reset(boost::asio::ip::tcp::socket& socket) {
  error_code ignored;
  socket.set_option(boost::asio::socket_base::linger(true, 0), ignored);
  socket.close(ignored);
}

Pump::Pump(std::shared_ptr<ProxyState> state, Direction direction,
           std::shared_ptr<Tcp::socket> from, std::shared_ptr<Tcp::socket> to)
    : state_(std::move(state)),
      direction_(std::move(direction)),
      from_(std::move(from)),
      to_(std::move(to)),
      timer_(from_->get_executor()),
      buffer_(65'536) {}

void Pump::read() {
  const std::size_t most = std::clamp<std::size_t>(state_->of(direction_).piece_bytes, 1, 65'536);
  from_->async_read_some(boost::asio::buffer(buffer_.data(), most),
                         [self = shared_from_this()](const error_code& error, std::size_t bytes) {
                           if (error) return self->pass_end_on();
                           self->on_read(bytes);
                         });
}

void Pump::on_read(std::size_t bytes) {
  if (swallow_) return read();
  filled_ = bytes;
  const auto wait = wait_for(bytes);
  if (wait.count() == 0) return when_due();
  ++state_->counters.delayed;
  timer_.expires_after(wait);
  timer_.async_wait([self = shared_from_this()](const error_code& error) {
    if (!error) self->when_due();
  });
}

std::chrono::steady_clock::duration Pump::wait_for(std::size_t bytes) {
  const Faults& faults = state_->of(direction_);
  std::chrono::steady_clock::duration wait = faults.delay;
  if (faults.jitter.count() > 0) {
    const auto most = static_cast<std::uint64_t>(faults.jitter.count());
    wait += std::chrono::milliseconds(state_->random() % (most + 1));
  }
  if (faults.bytes_per_second > 0) {
    wait += std::chrono::microseconds(bytes * 1'000'000 / faults.bytes_per_second);
  }
  return wait;
}

void Pump::when_due() {
  if (swallow_) return read();
  held_ = state_->of(direction_).hold;
  if (held_) return;  // until wake()
  const bool cut = cut_next_;
  write(cut ? (filled_ + 1) / 2 : filled_, cut);
}

void Pump::wake() {
  if (!held_ || (state_->of(direction_).hold && !swallow_)) return;
  held_ = false;
  when_due();
}

void Pump::write(std::size_t bytes, bool then_cut) {
  boost::asio::async_write(
      *to_, boost::asio::buffer(buffer_.data(), bytes),
      [self = shared_from_this(), then_cut](const error_code& error, std::size_t written) {
        self->state_->counters.bytes += written;
        if (error || then_cut) {
          if (then_cut) ++self->state_->counters.cut;
          reset(*self->to_);
          reset(*self->from_);
          return;
        }
        self->read();
      });
}

/// An end of the stream is passed on as an end, a reset as a reset; a swallowed one not at all.
void Pump::pass_end_on() {
  ended_ = true;
  if (swallow_) return;
  error_code ignored;
  to_->shutdown(Tcp::socket::shutdown_send, ignored);
}

ProxyConnection::ProxyConnection(std::shared_ptr<ProxyState> state, Tcp::socket client,
                                 const Tcp::endpoint& target)
    : state_(std::move(state)),
      client_(std::make_shared<Tcp::socket>(std::move(client))),
      server_(std::make_shared<Tcp::socket>(client_->get_executor())),
      target_(target),
      outward_(client_->remote_endpoint().address().to_string(), target.address().to_string()) {}

void ProxyConnection::start() {
  server_->async_connect(target_, [self = shared_from_this()](const error_code& error) {
    if (error) return reset(*self->client_);
    error_code ignored;
    self->client_->set_option(Tcp::no_delay(true), ignored);
    self->server_->set_option(Tcp::no_delay(true), ignored);
    const Direction backward(self->outward_.second, self->outward_.first);
    self->there_ =
        std::make_shared<Pump>(self->state_, self->outward_, self->client_, self->server_);
    self->back_ = std::make_shared<Pump>(self->state_, backward, self->server_, self->client_);
    self->there_->start();
    self->back_->start();
  });
}

bool ProxyConnection::apply(const std::string& what, const std::string& from,
                            const std::string& to) {
  if (!there_ || !client_->is_open() || !server_->is_open()) return false;
  const bool outward = concerns(outward_, from, to);
  if (!outward && !concerns({outward_.second, outward_.first}, from, to)) return false;
  Pump& pump = outward ? *there_ : *back_;
  Pump& other = outward ? *back_ : *there_;
  if (what == "cut-mid-frame") {
    pump.cut_in_next_piece();
    return true;
  }
  ++state_->counters.cut;
  if (what == "half-open") {
    other.swallow();
    pump.swallow();
    reset(outward ? *client_ : *server_);
    return true;
  }
  reset(*client_);
  reset(*server_);
  return true;
}

bool ProxyConnection::over() const {
  if (!there_) return !client_->is_open();
  return (!client_->is_open() && !server_->is_open()) || (there_->ended() && back_->ended());
}

void ProxyConnection::wake() {
  if (there_) there_->wake();
  if (back_) back_->wake();
}

}  // namespace cohort::lab
