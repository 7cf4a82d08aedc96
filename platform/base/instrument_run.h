/// What a simulated run keeps of the instruments (instrument.h) besides the counts: the probes of
/// one step, names of cells of tables, and the points at which it behaves badly on purpose.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cohort::instrument {

/// The probes hit since this was emptied last, without the cells of tables; emptied by whoever
/// looks (the simulator, around one step).
std::vector<std::string>& recent();

/// Whether hits are counted in this thread; they are unless somebody says no.
bool& counting();

/// The unqualified name of a type, from the compiler's own words for this function.
template <typename T>
std::string_view type_name() {
  std::string_view words = __PRETTY_FUNCTION__;
  words = words.substr(0, words.rfind(']'));
  return words.substr(words.rfind(':') + 1);
}

/// The name of a cell of a table "state x input": a probe of its own.
std::string cell(std::string_view table, std::string_view state, std::string_view input);

/// Points at which a run may behave badly on purpose, in ways that are allowed (small batches, slow
/// paths, early timers): each is active in a quarter of the runs and then fires every fourth time.
struct Buggify {
  std::uint64_t seed = 0;
  bool on = false;
  std::map<std::string, std::uint64_t> asked;
};
Buggify& buggify_state();
bool buggify(std::string_view point);

}  // namespace cohort::instrument
