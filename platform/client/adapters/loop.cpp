#include "platform/client/adapters/loop.h"

#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <utility>

#include "platform/net/runtime.h"

namespace cohort::client {

struct Loop::Parts {
  Parts() : timer(runtime, [this] { turn(); }) {
    scheduler.on_ready = [this] { turn_later(); };
  }

  void turn_later() {
    if (turn_posted) return;
    turn_posted = true;
    runtime.post([this] {
      turn_posted = false;
      turn();
    });
  }

  void turn() {
    scheduler.run(net::Runtime::now());
    timer.set(scheduler.next_deadline());
  }

  void wait_for_signal() {
    signals->async_wait([this](const boost::system::error_code& error, int) {
      if (error) return;
      on_terminate();
      wait_for_signal();
    });
  }

  net::Runtime runtime;
  net::Alarm timer;
  std::unique_ptr<boost::asio::signal_set> signals;
  std::function<void()> on_terminate;
  bool turn_posted = false;
  task::Scheduler scheduler;  ///< last: its tasks may use all of the above while they are destroyed
};

Loop::Loop() : parts_(std::make_unique<Parts>()) {}
Loop::~Loop() = default;

task::Scheduler& Loop::scheduler() {
  return parts_->scheduler;
}
net::Runtime& Loop::runtime() {
  return parts_->runtime;
}

void Loop::post(std::function<void()> function) {
  parts_->runtime.post(std::move(function));
}

void Loop::on_terminate(std::function<void()> handler) {
  parts_->on_terminate = std::move(handler);
  if (parts_->signals) return;
  parts_->signals =
      std::make_unique<boost::asio::signal_set>(parts_->runtime.context(), SIGTERM, SIGINT);
  parts_->wait_for_signal();
}

int Loop::run() {
  parts_->turn_later();
  return parts_->runtime.run();
}

void Loop::stop(int exit_code) {
  parts_->runtime.stop(exit_code);
}

WallTime Loop::wall_now() {
  return net::Runtime::wall_now();
}

}  // namespace cohort::client
