/// The event loop of a real process: drives a task::Scheduler by the host's monotonic clock and
/// whatever sockets are opened on its runtime. For programs that are no clients of a site
/// (stations) and as the ground of Host. Free of Asio, so that those who include it are.
///
/// Single-threaded: everything runs in the thread that calls run(), except where stated.
#pragma once

#include <functional>
#include <memory>

#include "platform/base/time.h"
#include "platform/task/scheduler.h"

namespace cohort::net {
class Runtime;
}

namespace cohort::client {

class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  task::Scheduler& scheduler();

  /// The sockets' side, for adapters that include platform/net/runtime.h.
  net::Runtime& runtime();

  /// Runs `function` in the loop's thread. Safe from any thread, before and during run().
  void post(std::function<void()> function);

  /// Calls `handler` in the loop each time SIGTERM or SIGINT arrives (process-wide: one loop only).
  void on_terminate(std::function<void()> handler);

  /// Runs until stop(); returns the code given to it.
  int run();
  /// Ends run() after the present turn. Safe from any thread.
  void stop(int exit_code);

  /// The host's wall clock, for times shown to people.
  static WallTime wall_now();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace cohort::client
