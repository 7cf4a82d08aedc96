/// What the load generators print: one JSON object a line on standard output.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cohort::bench {

/// Nanoseconds of CLOCK_MONOTONIC, which is one for all processes of the machine.
std::uint64_t now_ns();

/// Seconds of processor time of this process so far, user and system.
double cpu_seconds();

/// Builds one object and prints it when it is destroyed.
class Line {
 public:
  explicit Line(std::string_view what);
  ~Line();
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  Line& add(std::string_view key, double value);
  Line& add(std::string_view key, std::uint64_t value);
  Line& add(std::string_view key, std::string_view value);

 private:
  std::string text_;
};

/// Times of single operations, and their quantiles in microseconds.
class Latencies {
 public:
  void add(std::uint64_t ns) { all_.push_back(ns); }
  std::size_t count() const { return all_.size(); }
  /// Leaves out the first tenth, in which caches and connections warm up.
  void report(Line& line);

 private:
  std::vector<std::uint64_t> all_;
};

}  // namespace cohort::bench
