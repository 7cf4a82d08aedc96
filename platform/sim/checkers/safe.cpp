#include "platform/sim/checkers/promised.h"

namespace cohort::sim::checkers {

/// M7 (safe): a message sent with safe delivery that any process delivered, even one that crashed
/// right after, is delivered by every recipient that lives on.
void check_safe(const Index& index, Findings& findings) {
  for (const auto& [id, facts] : index.messages()) {
    if (facts.safety != wire::Safety::kSafe || facts.deliveries.empty()) continue;
    require_held(index, id, facts.deliveries.front(), "was delivered as safe", findings);
    if (findings.full()) return;
  }
}

}  // namespace cohort::sim::checkers
