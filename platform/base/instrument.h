/// Probes and mutants: only in the instrumented build of the core and the tools that the simulator
/// links (COHORT_INSTRUMENTED). In the product both compile to nothing.
///
/// A cell counts a pair (state, input) of a table. Buggify points make a run take slow and rare
/// ways more often (instrument_run.h).
///
/// A probe counts how often a rare path was reached. A mutant is a hand-made bug, chosen at run
/// time, that the checker of a named property must catch (docs/testing.md).
#pragma once

#ifdef COHORT_INSTRUMENTED

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "platform/base/instrument_run.h"

namespace cohort::instrument {

/// Hits of every probe reached so far in this thread, by name.
std::map<std::string, std::uint64_t>& probes();
/// The name of the bug that is switched on in this thread; empty: none.
std::string& active_mutant();
void hit(std::string_view probe);

}  // namespace cohort::instrument

#define COHORT_PROBE(name) ::cohort::instrument::hit(name)
#define COHORT_MUTANT(name) (::cohort::instrument::active_mutant() == (name))
#define COHORT_BUGGIFY(name) ::cohort::instrument::buggify(name)
#define COHORT_CELL(table, state, input) \
  ::cohort::instrument::hit(::cohort::instrument::cell(table, state, input))

#else

#define COHORT_PROBE(name) static_cast<void>(0)
#define COHORT_MUTANT(name) false
#define COHORT_BUGGIFY(name) false
#define COHORT_CELL(table, state, input) static_cast<void>(0)

#endif
