// Goal: the clock that leases and silences are counted by goes on while the host is suspended (E6).
// Method: a time namespace in which the clock that counts suspensions is a day ahead.
#include <fcntl.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QtTest>
#include <chrono>
#include <cstring>

#include "platform/net/runtime.h"

using namespace cohort;

namespace {

enum Outcome : int { kAhead = 0, kStoodStill = 1, kNotAllowed = 2 };

constexpr const char* kOffset = "boottime 86400 0\n";

int look_from_inside() {
  const Duration uptime = std::chrono::steady_clock::now().time_since_epoch();
  const Duration ahead = net::Runtime::now().time_since_epoch() - uptime;
  return ahead >= std::chrono::hours(23) ? kAhead : kStoodStill;
}

int code_of_child(pid_t child) {
  int status = 0;
  if (::waitpid(child, &status, 0) != child || !WIFEXITED(status)) return kNotAllowed;
  return WEXITSTATUS(status);
}

/// Who makes the namespace stays outside of it; what it starts then is inside.
int look_after_a_suspended_day() {
  const pid_t maker = ::fork();
  if (maker != 0) return code_of_child(maker);
  if (::unshare(CLONE_NEWTIME) != 0) ::_exit(kNotAllowed);
  const int offsets = ::open("/proc/self/timens_offsets", O_WRONLY | O_CLOEXEC);
  const auto length = static_cast<ssize_t>(std::strlen(kOffset));
  if (offsets < 0 || ::write(offsets, kOffset, std::strlen(kOffset)) != length) {
    ::_exit(kNotAllowed);
  }
  const pid_t inside = ::fork();
  if (inside == 0) ::_exit(look_from_inside());
  ::_exit(code_of_child(inside));
}

}  // namespace

class TstClock : public QObject {
  Q_OBJECT

 private slots:
  void clock_goesOnWhileTheHostIsSuspended() {
    const int outcome = look_after_a_suspended_day();
    if (outcome == kNotAllowed) QSKIP("this user may make no time namespace: run it as root");
    QCOMPARE(outcome, int{kAhead});
  }
};

QTEST_GUILESS_MAIN(TstClock)
#include "tst_clock.moc"
