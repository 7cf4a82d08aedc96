#include "tests/bench/standstill.h"

#include <sched.h>
#include <time.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>

#include "tests/bench/report.h"

namespace cohort::bench {

namespace {

constexpr long kNap_ns = 500'000;
volatile std::sig_atomic_t over = 0;

}  // namespace

int run_standstill() {
  const sched_param first{::sched_get_priority_max(SCHED_FIFO)};
  if (::sched_setscheduler(0, SCHED_FIFO, &first) != 0) {
    std::perror("sched_setscheduler");
    return 1;
  }
  std::signal(SIGTERM, [](int) { over = 1; });
  std::uint64_t longest = 0;
  std::uint64_t last = now_ns();
  while (over == 0) {
    const timespec nap{0, kNap_ns};
    ::nanosleep(&nap, nullptr);
    const std::uint64_t now = now_ns();
    longest = std::max(longest, now - last);
    last = now;
  }
  Line("standstill").add("longest_ms", static_cast<double>(longest) / 1e6);
  return 0;
}

}  // namespace cohort::bench
