#define COHORT_INSTRUMENTED 1
#include "platform/base/instrument.h"

#include "platform/base/instrument_run.h"

#include "platform/base/rng.h"

namespace cohort::instrument {

std::map<std::string, std::uint64_t>& probes() {
  thread_local std::map<std::string, std::uint64_t> hits;
  return hits;
}

std::string& active_mutant() {
  thread_local std::string name;
  return name;
}

bool& counting() {
  thread_local bool on = true;
  return on;
}

void hit(std::string_view probe) {
  if (!counting()) return;
  ++probes()[std::string(probe)];
  if (!probe.starts_with("cell.") && !probe.starts_with("fault.")) recent().emplace_back(probe);
}

std::vector<std::string>& recent() {
  thread_local std::vector<std::string> names;
  return names;
}

std::string cell(std::string_view table, std::string_view state, std::string_view input) {
  std::string name(table);
  name.append(".").append(state).append(".").append(input);
  return name;
}

Buggify& buggify_state() {
  thread_local Buggify state;
  return state;
}

bool buggify(std::string_view point) {
  Buggify& state = buggify_state();
  if (!state.on) return false;
  std::uint64_t name = mix64(state.seed);
  for (const char c : point) name = mix64(name ^ static_cast<unsigned char>(c));
  if (name % 4 != 0) return false;
  return mix64(name + ++state.asked[std::string(point)]) % 4 == 0;
}

}  // namespace cohort::instrument
