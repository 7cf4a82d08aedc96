/// The properties that every history must have, simulated or real: one function a property, each in
/// a file of its own; docs/guarantees.md has the statements and what they leave out.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/sim/checkers/index.h"

namespace cohort::sim::checkers {

struct Violation {
  std::string property;                ///< id in docs/guarantees.md
  std::string text;                    ///< what contradicts what, for people
  std::vector<HistoryRecord> witness;  ///< the records that contradict each other
};

/// Where a property's check puts what it found; keeps the first few of each property.
class Findings {
 public:
  explicit Findings(const Index& index) : index_(index) {}
  void begin(std::string_view property);
  void add(std::string text, std::initializer_list<Place> witness);
  void add(std::string text, const std::vector<Place>& witness);
  /// True once the property at hand has as many violations as are kept.
  bool full() const { return found_here_ >= kKept; }
  const std::vector<Violation>& violations() const { return violations_; }

 private:
  static constexpr std::size_t kKept = 3;
  const Index& index_;
  std::string property_;
  std::size_t found_here_ = 0;
  std::vector<Violation> violations_;
};

struct Property {
  std::string_view id;
  std::string_view name;
  void (*check)(const Index& index, Findings& findings);
};

/// All properties, in the order of docs/guarantees.md.
std::span<const Property> all_properties();

/// Collects records, then judges them.
class Suite {
 public:
  void feed(HistoryRecord record) { records_.push_back(std::move(record)); }
  std::size_t size() const { return records_.size(); }
  /// Runs every property (or the one named). Leaves the suite empty.
  std::vector<Violation> finish(std::string_view only = {});

 private:
  std::vector<HistoryRecord> records_;
};

/// Several lines: the property, the text, then one line for each record of the witness.
std::string to_text(const Violation& violation);

// One file each.
void check_well_formed(const Index& index, Findings& findings);
void check_view_agreement(const Index& index, Findings& findings);
void check_self_inclusion(const Index& index, Findings& findings);
void check_view_sequence(const Index& index, Findings& findings);
void check_rank(const Index& index, Findings& findings);
void check_justified(const Index& index, Findings& findings);
void check_clean_failure(const Index& index, Findings& findings);
void check_change_order(const Index& index, Findings& findings);
void check_primary(const Index& index, Findings& findings);
void check_rebirth(const Index& index, Findings& findings);
void check_integrity(const Index& index, Findings& findings);
void check_same_view(const Index& index, Findings& findings);
void check_virtual_synchrony(const Index& index, Findings& findings);
void check_atomicity(const Index& index, Findings& findings);
void check_flush(const Index& index, Findings& findings);
void check_safe(const Index& index, Findings& findings);
void check_fifo(const Index& index, Findings& findings);
void check_causal(const Index& index, Findings& findings);
void check_total(const Index& index, Findings& findings);
void check_global(const Index& index, Findings& findings);
void check_rpc(const Index& index, Findings& findings);
void check_single_effect(const Index& index, Findings& findings);
void check_transfer(const Index& index, Findings& findings);
void check_slow_exclusion(const Index& index, Findings& findings);
void check_convergence(const Index& index, Findings& findings);

}  // namespace cohort::sim::checkers
