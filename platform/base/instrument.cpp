#define COHORT_INSTRUMENTED 1
#include "platform/base/instrument.h"

namespace cohort::instrument {

std::map<std::string, std::uint64_t>& probes() {
  thread_local std::map<std::string, std::uint64_t> hits;
  return hits;
}

std::string& active_mutant() {
  thread_local std::string name;
  return name;
}

void hit(std::string_view probe) {
  ++probes()[std::string(probe)];
}

}  // namespace cohort::instrument
