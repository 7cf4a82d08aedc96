/// The records from the daemon in their order: handled one at a time, or held back while a state is
/// transferred or while this process may not act (V11); and what is reported as consumed. Private
/// to platform/client.
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
  /// `may_handle` is asked before each record; once it says no, nothing is handled until
  /// look_again() finds that it says yes.
  Inbox(Handle handle, std::function<void(std::uint64_t)> consumed,
        std::function<bool()> may_handle)
      : handle_(std::move(handle)),
        consumed_(std::move(consumed)),
        may_handle_(std::move(may_handle)) {}

  /// `bytes`: the record's length.
  void take(wire::ClientEvent event, std::size_t bytes);
  void release();
  void look_again();
  /// Nothing is handled any more.
  void close();

  std::shared_ptr<void> intercept(Interceptor& interceptor);
  void before_view(const wire::View& view);

 private:
  struct Waiting {
    wire::ClientEvent event;
    std::size_t bytes = 0;
  };
  void admit(wire::ClientEvent event, std::size_t bytes);
  bool starts_hold(const wire::ClientEvent& event);
  void begin_hold(Interceptor& holder);
  bool passes(const wire::ClientEvent& event) const;
  void handle(const Waiting& waiting);
  void drain();

  Handle handle_;
  std::function<void(std::uint64_t)> consumed_;
  std::function<bool()> may_handle_;
  std::deque<Waiting> waiting_;
  std::deque<Waiting> late_;  ///< came while nothing may be handled: behind all of waiting_
  Interceptor* holder_ = nullptr;
  std::shared_ptr<std::map<std::uint64_t, Interceptor*>> interceptors_ =
      std::make_shared<std::map<std::uint64_t, Interceptor*>>();
  std::uint64_t next_interceptor_ = 1;
  bool draining_ = false;
  bool held_view_passed_ = false;
  bool closed_ = false;
};

}  // namespace cohort::client
