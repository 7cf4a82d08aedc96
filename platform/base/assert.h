/// What must be true, checked in every build: a failed assertion prints the place and the reason,
/// runs the dump hook (the ring of recent protocol events) and aborts.
#pragma once

namespace cohort {

/// Called once before the abort; must not throw. Null: nothing is dumped.
using AssertDumpHook = void (*)();

/// Requires: `hook` outlives the process. Blocks: never.
void set_assert_dump_hook(AssertDumpHook hook);

[[noreturn]] void assertion_failed(const char* condition, const char* why, const char* file,
                                   int line);

}  // namespace cohort

/// A programmer's error when false; never used for input that can be wrong.
#define COHORT_ASSERT(condition, why) \
  ((condition) ? static_cast<void>(0) \
               : ::cohort::assertion_failed(#condition, why, __FILE__, __LINE__))
