#include "platform/base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace cohort {

namespace {
AssertDumpHook dump_hook = nullptr;
}  // namespace

void set_assert_dump_hook(AssertDumpHook hook) {
  dump_hook = hook;
}

void assertion_failed(const char* condition, const char* why, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: assertion failed: %s (%s)\n", file, line, condition, why);
  if (AssertDumpHook hook = dump_hook) {
    dump_hook = nullptr;
    hook();
  }
  std::abort();
}

}  // namespace cohort
