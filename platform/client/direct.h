/// Bytes from this process to one other, beside all multicasts: in no order with anything but each
/// other, with a window of their own. Private to platform/client; tools use Tooling.
#pragma once

#include <array>
#include <functional>
#include <map>

#include "platform/base/limits.h"
#include "platform/client/outbox.h"
#include "platform/task/event.h"

namespace cohort::client {

class Direct {
 public:
  using Handler = std::function<void(ProcessId from, const Bytes& data)>;

  Direct(Outbox& outbox, task::Scheduler& scheduler) : outbox_(outbox), room_(scheduler) {}

  void bind(std::uint8_t entry, Handler handler) { handlers_[entry] = std::move(handler); }
  bool has_room(ProcessId to) const;
  /// Requires: has_room(to); data is 1 to limits::kPartBytes long.
  void send(ProcessId to, std::uint8_t entry, Bytes data);
  void came(const wire::Direct& direct);
  /// Room for as much more of the sender; to be called for all that a handler was given.
  void take(ProcessId from, std::uint8_t entry, std::size_t bytes);
  /// Something was taken, or somebody went: who waits looks again.
  task::Event::Wait wait() const { return room_.wait(); }
  void look_again() { room_.pulse(); }

 private:
  Outbox& outbox_;
  task::Event room_;
  std::map<ProcessId, std::size_t> on_their_way_;  ///< to each receiver; no entry: none
  std::array<Handler, 16> handlers_;               ///< by toolkit entry
};

}  // namespace cohort::client
