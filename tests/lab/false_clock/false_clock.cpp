// A wall clock that can be moved, for one process: a library to be preloaded. The file that
// COHORT_FALSE_CLOCK names holds the seconds to add ("-86400"); it may change at any time.
//
// Only what tells the wall time is replaced. libfaketime 0.9.10 also adds its offset to absolute
// times of CLOCK_MONOTONIC in timerfd_settime, so that timers which are due already fire a day late
// (any program's that uses Asio), and that is no clock jump but a broken kernel.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>

namespace {

using ClockGettime = int (*)(clockid_t, timespec*);

/// The library's one file, open as long as the process lives; -1: there is none.
int offset_file() {
  static const int descriptor = [] {
    const char* const name = std::getenv("COHORT_FALSE_CLOCK");
    return name == nullptr ? -1 : open(name, O_RDONLY | O_CLOEXEC);
  }();
  return descriptor;
}

time_t offset_s() {
  char text[32] = {};
  const ssize_t length = pread(offset_file(), text, sizeof text, 0);
  long long seconds = 0;
  if (length > 0) std::from_chars(text, text + length, seconds);
  return static_cast<time_t>(seconds);
}

int true_time(clockid_t clock, timespec* now) {
  static const auto next = reinterpret_cast<ClockGettime>(dlsym(RTLD_NEXT, "clock_gettime"));
  return next(clock, now);
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* now) noexcept {
  const int result = true_time(clock, now);
  const bool wall = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
  if (result == 0 && wall) now->tv_sec += offset_s();
  return result;
}

int gettimeofday(timeval* now, void*) noexcept {
  timespec precise{};
  const int result = clock_gettime(CLOCK_REALTIME, &precise);
  now->tv_sec = precise.tv_sec;
  now->tv_usec = precise.tv_nsec / 1'000;
  return result;
}

time_t time(time_t* into) noexcept {
  timespec precise{};
  clock_gettime(CLOCK_REALTIME, &precise);
  if (into != nullptr) *into = precise.tv_sec;
  return precise.tv_sec;
}

}  // extern "C"
