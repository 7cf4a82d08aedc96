#include "platform/net/dial.h"

#include <utility>

namespace cohort::net {

using boost::system::error_code;

struct Dial::State {
  State(Runtime& runtime, Handler call)
      : socket(runtime.context()),
        alarm(runtime, [this] { finish(boost::asio::error::timed_out); }),
        handler(std::move(call)) {}

  void finish(const error_code& error) {
    if (!handler) return;
    alarm.cancel();
    const Handler call = std::exchange(handler, nullptr);
    if (!error && !is_self_connection()) {
      call(DialOutcome::kConnected, std::move(socket), {});
      return;
    }
    const bool refused = error == boost::asio::error::connection_refused || !error;
    error_code ignored;
    socket.close(ignored);
    call(refused ? DialOutcome::kRefused : DialOutcome::kFailed, std::move(socket),
         error.message());
  }

  /// A connection attempt from the very port that it goes to meets itself: nobody listens there.
  bool is_self_connection() {
    error_code ignored;
    return socket.local_endpoint(ignored) == socket.remote_endpoint(ignored);
  }

  Tcp::socket socket;
  Alarm alarm;
  Handler handler;
};

Dial::Dial(Runtime& runtime, const boost::asio::ip::address& from, const Tcp::endpoint& to,
           Duration timeout, Handler handler)
    : state_(std::make_shared<State>(runtime, std::move(handler))) {
  error_code error;
  Tcp::socket& socket = state_->socket;
  socket.open(to.protocol(), error);
  if (!error) close_on_exec(socket.native_handle());
  if (!error && !from.is_unspecified()) socket.bind(Tcp::endpoint(from, 0), error);
  if (error) {
    runtime.post([state = state_, error] { state->finish(error); });
    return;
  }
  state_->alarm.set_in(timeout);
  socket.async_connect(to, [state = state_](const error_code& result) { state->finish(result); });
}

Dial::~Dial() {
  state_->handler = nullptr;
  state_->alarm.cancel();
  error_code ignored;
  state_->socket.close(ignored);
}

}  // namespace cohort::net
