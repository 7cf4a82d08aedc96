/// A machine's memory as lines of a file: what it started and what it refused, in order, so that a
/// restarted station forgets nothing (docs/formats/equipment.md).
#pragma once

#include <string>
#include <string_view>

#include "platform/base/result.h"
#include "stations/machine.h"

namespace cohort::stations::memory_log {

/// One line each, without the line end.
std::string started_line(const JobRecord& record);
std::string refused_line(std::string_view key);

/// Gives a file's text back to a machine that started nothing yet. A last line without a line end
/// was never answered for and is skipped: `kept` is the length of what counts.
/// Errors: kCorrupt; the text names the line.
struct Restored {
  std::size_t kept = 0;
  std::size_t jobs = 0;
};
Result<Restored> restore(std::string_view text, Machine& machine);

}  // namespace cohort::stations::memory_log
