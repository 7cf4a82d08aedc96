#include "platform/net/short_turns.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace cohort::net {

namespace {

/// As sched_setattr(2) says; the kernel's header of it goes with no other one.
struct SchedulingAttributes {
  std::uint32_t size;
  std::uint32_t policy;
  std::uint64_t flags;
  std::int32_t nice;
  std::uint32_t priority;
  std::uint64_t turn_ns;
  std::uint64_t deadline_ns;
  std::uint64_t period_ns;
};

constexpr std::uint64_t kTurnNs = 100'000;  ///< the least that the kernel takes

}  // namespace

void ask_for_short_turns() {
  SchedulingAttributes attributes{};
  if (::syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0) return;
  attributes.turn_ns = kTurnNs;
  ::syscall(SYS_sched_setattr, 0, &attributes, 0);
}

}  // namespace cohort::net
