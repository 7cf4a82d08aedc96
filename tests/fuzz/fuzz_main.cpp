// libFuzzer's side: the target is named by the environment variable COHORT_FUZZ_TARGET.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "fuzz/target.h"

namespace {

const cohort::fuzz::Target& chosen() {
  static const std::vector<cohort::fuzz::Target> all = cohort::fuzz::all_targets();
  const char* name = std::getenv("COHORT_FUZZ_TARGET");
  const auto found =
      std::ranges::find(all, std::string(name ? name : ""), &cohort::fuzz::Target::name);
  if (found == all.end()) {
    std::fprintf(stderr, "cohort-fuzz: set COHORT_FUZZ_TARGET to one of:\n");
    for (const auto& target : all) std::fprintf(stderr, "  %s\n", target.name.c_str());
    std::exit(2);
  }
  return *found;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const cohort::fuzz::Target& target = chosen();
  target.run(cohort::ByteView(data, size));
  return 0;
}
