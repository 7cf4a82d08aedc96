#include "deploy/driver/terminal.h"

#include <time.h>
#include <unistd.h>

namespace cohort::deploy {
namespace {

constexpr long kLinePeriod_s = 5;

long seconds_now() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec;
}

}  // namespace

Terminal::Terminal(bool report_only)
    : out_(report_only ? stderr : stdout), rewrites_(isatty(fileno(out_)) == 1) {}

void Terminal::progress(const std::string& line) {
  if (rewrites_) {
    std::fprintf(out_, "\r\x1b[K%s", line.c_str());
    on_progress_line_ = true;
  } else if (last_progress_s_ < 0 || seconds_now() - last_progress_s_ >= kLinePeriod_s) {
    last_progress_s_ = seconds_now();
    std::fprintf(out_, "%s\n", line.c_str());
  }
  std::fflush(out_);
}

void Terminal::say(const std::string& line) {
  end_progress();
  std::fprintf(out_, "%s\n", line.c_str());
  std::fflush(out_);
}

void Terminal::report(const std::string& text) {
  end_progress();
  std::fprintf(stdout, "%s\n", text.c_str());
  std::fflush(stdout);
}

void Terminal::end_progress() {
  if (on_progress_line_) std::fputc('\n', out_);
  on_progress_line_ = false;
}

}  // namespace cohort::deploy
