#include "fuzz/target.h"

#include <cstdio>
#include <cstdlib>

namespace cohort::fuzz {

void require(bool so, const char* what) {
  if (so) return;
  std::fprintf(stderr, "fuzz: %s\n", what);
  std::abort();
}

std::vector<Target> all_targets() {
  std::vector<Target> all;
  add_wire_targets(all);
  add_net_targets(all);
  add_core_targets(all);
  add_tool_targets(all);
  add_text_targets(all);
  add_service_targets(all);
  add_equipment_targets(all);
  return all;
}

}  // namespace cohort::fuzz
