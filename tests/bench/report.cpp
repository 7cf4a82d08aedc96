#include "tests/bench/report.h"

#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <ctime>

namespace cohort::bench {

std::uint64_t now_ns() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000ULL +
         static_cast<std::uint64_t>(time.tv_nsec);
}

double cpu_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

Line::Line(std::string_view what) : text_("{\"what\":\"" + std::string(what) + "\"") {}

Line::~Line() {
  std::printf("%s}\n", text_.c_str());
  std::fflush(stdout);
}

Line& Line::add(std::string_view key, double value) {
  char digits[48];
  std::snprintf(digits, sizeof digits, "%.6g", value);
  text_ += ",\"" + std::string(key) + "\":" + digits;
  return *this;
}

Line& Line::add(std::string_view key, std::uint64_t value) {
  text_ += ",\"" + std::string(key) + "\":" + std::to_string(value);
  return *this;
}

Line& Line::add(std::string_view key, std::string_view value) {
  text_ += ",\"" + std::string(key) + "\":\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') text_ += '\\';
    text_ += c == '\n' ? ' ' : c;
  }
  text_ += '"';
  return *this;
}

void Latencies::report(Line& line) {
  all_.erase(all_.begin(), all_.begin() + static_cast<std::ptrdiff_t>(all_.size() / 10));
  std::sort(all_.begin(), all_.end());
  line.add("n", std::uint64_t{all_.size()});
  const auto quantile = [this, &line](std::string_view key, double part) {
    if (all_.empty()) return;
    const auto at = static_cast<std::size_t>(part * static_cast<double>(all_.size() - 1) + 0.5);
    line.add(key, static_cast<double>(all_[at]) / 1000.0);
  };
  quantile("p50_us", 0.5);
  quantile("p99_us", 0.99);
  quantile("p999_us", 0.999);
  quantile("max_us", 1.0);
}

}  // namespace cohort::bench
