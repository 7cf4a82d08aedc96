/// One deliberate bug, switched on for seed after seed until a seed fails.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace cohort::sim::app {

/// One line of the registry: the bug, the properties of which one must catch it, the profile.
struct Mutant {
  std::string name;
  std::string properties;  ///< joined by '|'
  std::string profile;
  std::uint64_t hint = 0;  ///< a seed that killed it before; 0: none

  /// For a table of Markdown, where '|' has a meaning.
  std::string properties_text() const;
};
/// Empty where the file cannot be read.
std::vector<Mutant> read_registry(const std::string& file);

struct MutantVerdict {
  bool caught = false;
  std::uint64_t seed = 0;
  std::uint64_t tried = 0;
  std::string found;  ///< every property that the seed violated
};
/// The first seed that fails decides: one of the named properties must be among what it violates.
/// With `from_hint` the seed that killed it before is tried first, which is quick.
MutantVerdict try_mutant(const Mutant& mutant, std::uint64_t seeds, std::uint32_t jobs,
                         bool from_hint);

}  // namespace cohort::sim::app
