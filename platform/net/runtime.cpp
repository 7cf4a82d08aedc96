#include "platform/net/runtime.h"

#include <fcntl.h>
#include <time.h>

#include <boost/asio/post.hpp>
#include <chrono>
#include <utility>

namespace cohort::net {

MonotonicTime Runtime::now() {
  // Goes on while the host is suspended: else a lease would outlive its time (E6).
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return MonotonicTime(std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec));
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

/// Setting a kernel timer is dear, above all in virtual machines. So a timer that is set already,
/// to a time before the one wanted, is left as it is; when it fires it is set again.
struct Alarm::State : std::enable_shared_from_this<Alarm::State> {
  State(Runtime& runtime, std::function<void()> call)
      : timer(runtime.context()), function(std::move(call)) {}

  void want(MonotonicTime at) {
    wanted = at;
    if (wanted < armed) arm();
  }

  void arm() {
    armed = wanted;
    timer.expires_after(wanted - Runtime::now());
    timer.async_wait([state = shared_from_this()](const boost::system::error_code& error) {
      if (!error) state->on_fired();
    });
  }

  void on_fired() {
    armed = kNever;
    if (wanted == kNever) return;
    if (wanted > Runtime::now()) return arm();
    wanted = kNever;
    function();
  }

  boost::asio::steady_timer timer;
  std::function<void()> function;
  MonotonicTime wanted = kNever;
  MonotonicTime armed = kNever;  ///< when the timer fires
};

Alarm::Alarm(Runtime& runtime, std::function<void()> function)
    : state_(std::make_shared<State>(runtime, std::move(function))) {}

Alarm::~Alarm() {
  state_->wanted = kNever;
  state_->timer.cancel();
}

void Alarm::set(MonotonicTime at) {
  state_->want(at);
}

void close_on_exec(int descriptor) {
  ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
}

}  // namespace cohort::net
