#include <array>
#include <utility>

#include "platform/sim/checkers/checker.h"

namespace cohort::sim::checkers {

namespace {

constexpr std::array kProperties{
    Property{"H1", "well-formed history", check_well_formed},
    Property{"V1", "view agreement", check_view_agreement},
    Property{"V2", "self inclusion", check_self_inclusion},
    Property{"V3", "local monotonicity", check_view_sequence},
    Property{"V4", "rank", check_rank},
    Property{"V5", "justified changes", check_justified},
    Property{"V6", "clean failure", check_clean_failure},
    Property{"V7", "one order of changes", check_change_order},
    Property{"V8", "primary uniqueness", check_primary},
    Property{"V9", "re-birth", check_rebirth},
    Property{"M1", "no creation, no duplication", check_integrity},
    Property{"M2", "same-view delivery", check_same_view},
    Property{"M3", "virtual synchrony", check_virtual_synchrony},
    Property{"M5", "atomicity", check_atomicity},
    Property{"M7.flush", "flush", check_flush},
    Property{"M7.safe", "safe delivery", check_safe},
    Property{"M8", "FIFO", check_fifo},
    Property{"M9", "causal order", check_causal},
    Property{"M10", "total order", check_total},
    Property{"M12", "GBCAST", check_global},
    Property{"R1", "group RPC", check_rpc},
    Property{"R2", "coordinator-cohort single effect", check_single_effect},
    Property{"X1", "state transfer", check_transfer},
    Property{"D1", "convergence", check_convergence},
    Property{"F2", "slow members", check_slow_exclusion},
};

}  // namespace

std::span<const Property> all_properties() {
  return kProperties;
}

void Findings::begin(std::string_view property) {
  property_ = property;
  found_here_ = 0;
}

void Findings::add(std::string text, std::initializer_list<Place> witness) {
  add(std::move(text), std::vector<Place>(witness));
}

void Findings::add(std::string text, const std::vector<Place>& witness) {
  if (full()) return;
  ++found_here_;
  Violation violation{.property = property_, .text = std::move(text), .witness = {}};
  for (Place place : witness) violation.witness.push_back(index_.at(place));
  violations_.push_back(std::move(violation));
}

std::vector<Violation> Suite::finish(std::string_view only) {
  const Index index(std::exchange(records_, {}));
  Findings findings(index);
  for (const Property& property : kProperties) {
    if (!only.empty() && property.id != only) continue;
    findings.begin(property.id);
    property.check(index, findings);
  }
  return findings.violations();
}

std::string to_text(const Violation& violation) {
  std::string text = violation.property + ": " + violation.text + "\n";
  for (const HistoryRecord& record : violation.witness) {
    text += "    " + wire::to_line(record) + "\n";
  }
  return text;
}

}  // namespace cohort::sim::checkers
