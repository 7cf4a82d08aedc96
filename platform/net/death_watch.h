/// Tells when a process that holds a life line has ended. One thread waits for all of them
/// (futex_waitv, Linux 5.16). Where the kernel has no such call, or forbids it, or has no
/// descriptor left for it, nothing is told: the end of the socket tells too, later.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "platform/net/life_line.h"
#include "platform/net/runtime.h"

namespace cohort::net {

class DeathWatch {
 public:
  using Id = std::uint64_t;

  /// `on_death` is called from the loop, at most once for each.
  DeathWatch(Runtime& runtime, std::function<void(Id)> on_death);
  /// Nothing is told any more.
  ~DeathWatch();
  DeathWatch(const DeathWatch&) = delete;
  DeathWatch& operator=(const DeathWatch&) = delete;

  /// Nothing happens where the line is not held. Of more than kWatchedClients the oldest count.
  void watch(Id id, std::shared_ptr<LifeLineWord> line);
  /// What is on its way may still be told.
  void forget(Id id);

 private:
  struct Parts;
  std::shared_ptr<Parts> parts_;
};

}  // namespace cohort::net
