#include "deploy/driver/interrupt.h"

#include <signal.h>
#include <time.h>

#include <initializer_list>

namespace cohort::deploy {
namespace {

volatile sig_atomic_t interrupt_seen = 0;

void on_signal(int /*number*/) {
  interrupt_seen = 1;
}

}  // namespace

void catch_interrupts() {
  struct sigaction action{};
  action.sa_handler = on_signal;
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaction(number, &action, nullptr);
}

bool interrupted() {
  return interrupt_seen != 0;
}

void sleep_ms(int duration_ms) {
  const timespec time{duration_ms / 1000, (duration_ms % 1000) * 1'000'000L};
  nanosleep(&time, nullptr);
}

}  // namespace cohort::deploy
