/// The event loop (Boost.Asio) and the host's monotonic clock. Single-threaded: handlers run in the
/// thread that calls run(); only post() and stop() may be called from others.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>

#include "platform/base/time.h"

namespace cohort::net {

class Runtime {
 public:
  Runtime() : context_(1), work_(context_.get_executor()) {}
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  boost::asio::io_context& context() { return context_; }

  /// Counts on while the host is suspended.
  static MonotonicTime now();
  static WallTime wall_now();

  /// Runs `function` in a later turn of the loop. Safe from any thread.
  void post(std::function<void()> function);

  /// Runs until stop(); returns the code given to it.
  int run();
  void stop(int exit_code);

 private:
  boost::asio::io_context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  int exit_code_ = 0;
};

/// One call at one time, re-settable. Dropping it cancels.
class Alarm {
 public:
  Alarm(Runtime& runtime, std::function<void()> function);
  ~Alarm();
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;

  /// kNever: as cancel(). Setting it again forgets the earlier time.
  void set(MonotonicTime at);
  void set_in(Duration delay) { set(Runtime::now() + delay); }
  void cancel() { set(kNever); }

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// Closes the socket when this program starts another one, so that no child keeps a connection open
/// whose end means that this process has died.
void close_on_exec(int descriptor);

}  // namespace cohort::net
