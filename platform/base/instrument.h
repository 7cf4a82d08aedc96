/// Probes and mutants: only in the instrumented build of the core and the tools that the simulator
/// links (COHORT_INSTRUMENTED). In the product both compile to nothing.
///
/// A probe counts how often a rare path was reached. A mutant is a hand-made bug, chosen at run
/// time, that the checker of a named property must catch (docs/testing.md).
#pragma once

#ifdef COHORT_INSTRUMENTED

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace cohort::instrument {

/// Hits of every probe reached so far in this thread, by name.
std::map<std::string, std::uint64_t>& probes();
/// The name of the bug that is switched on in this thread; empty: none.
std::string& active_mutant();
void hit(std::string_view probe);

}  // namespace cohort::instrument

#define COHORT_PROBE(name) ::cohort::instrument::hit(name)
#define COHORT_MUTANT(name) (::cohort::instrument::active_mutant() == (name))

#else

#define COHORT_PROBE(name) static_cast<void>(0)
#define COHORT_MUTANT(name) false

#endif
