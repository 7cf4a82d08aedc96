/// The run's words to the person who watches it.
#pragma once

#include <cstdio>
#include <string>

namespace cohort::deploy {

/// Progress is one line rewritten in place on a terminal; elsewhere a line every few seconds.
class Terminal {
 public:
  /// With `report_only`, standard output carries nothing but the report: all else goes to stderr.
  explicit Terminal(bool report_only);

  void progress(const std::string& line);
  void say(const std::string& line);
  void report(const std::string& text);

 private:
  void end_progress();

  std::FILE* out_;
  bool rewrites_;
  bool on_progress_line_ = false;
  long last_progress_s_ = -1;
};

}  // namespace cohort::deploy
