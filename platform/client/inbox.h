/// The records from the daemon in their order: handled one at a time, or held back while a state is
/// transferred; and what is reported as consumed. Private to platform/client.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>

#include "platform/client/tooling.h"

namespace cohort::client {

class Inbox {
 public:
  using Handle = std::function<void(const wire::ClientEvent&)>;
  /// `handle` does what a record asks for; `consumed` is told the bytes of deliveries handled.
  Inbox(Handle handle, std::function<void(std::uint64_t)> consumed)
      : handle_(std::move(handle)), consumed_(std::move(consumed)) {}

  /// `bytes`: the record's length.
  void take(wire::ClientEvent event, std::size_t bytes);
  void release();
  /// Nothing is handled any more.
  void close();

  std::shared_ptr<void> intercept(Interceptor& interceptor);
  void before_view(const wire::View& view);

 private:
  struct Waiting {
    wire::ClientEvent event;
    std::size_t bytes = 0;
  };
  bool starts_hold(const wire::ClientEvent& event);
  void begin_hold(Interceptor& holder);
  bool passes(const wire::ClientEvent& event) const;
  void handle(const Waiting& waiting);
  void drain();

  Handle handle_;
  std::function<void(std::uint64_t)> consumed_;
  std::deque<Waiting> waiting_;
  Interceptor* holder_ = nullptr;
  std::shared_ptr<std::map<std::uint64_t, Interceptor*>> interceptors_ =
      std::make_shared<std::map<std::uint64_t, Interceptor*>>();
  std::uint64_t next_interceptor_ = 1;
  bool draining_ = false;
  bool held_view_passed_ = false;
  bool closed_ = false;
};

}  // namespace cohort::client
