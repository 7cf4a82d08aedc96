#include "platform/net/runtime.h"

#include <fcntl.h>

#include <boost/asio/post.hpp>
#include <chrono>
#include <utility>

namespace cohort::net {

MonotonicTime Runtime::now() {
  return MonotonicTime(std::chrono::steady_clock::now().time_since_epoch());
}

WallTime Runtime::wall_now() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return WallTime{std::chrono::duration_cast<std::chrono::nanoseconds>(since_epoch).count()};
}

void Runtime::post(std::function<void()> function) {
  boost::asio::post(context_, std::move(function));
}

int Runtime::run() {
  context_.run();
  return exit_code_;
}

void Runtime::stop(int exit_code) {
  post([this, exit_code] {
    exit_code_ = exit_code;
    context_.stop();
  });
}

struct Alarm::State {
  State(Runtime& runtime, std::function<void()> call)
      : timer(runtime.context()), function(std::move(call)) {}
  boost::asio::steady_timer timer;
  std::function<void()> function;
  std::uint64_t setting = 0;  ///< grows with each set(): an older expiry does not count
};

Alarm::Alarm(Runtime& runtime, std::function<void()> function)
    : state_(std::make_shared<State>(runtime, std::move(function))) {}

Alarm::~Alarm() {
  cancel();
}

void Alarm::set(MonotonicTime at) {
  const std::uint64_t setting = ++state_->setting;
  if (at == kNever) {
    state_->timer.cancel();
    return;
  }
  state_->timer.expires_at(std::chrono::steady_clock::time_point(at.time_since_epoch()));
  state_->timer.async_wait([state = state_, setting](const boost::system::error_code& error) {
    if (!error && state->setting == setting) state->function();
  });
}

void close_on_exec(int descriptor) {
  ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
}

}  // namespace cohort::net
