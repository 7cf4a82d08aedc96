#include "platform/sim/checkers/promised.h"

namespace cohort::sim::checkers {

/// M7 (safe): a GBCAST, or a message sent with safe delivery, that any process delivered, even one
/// that crashed right after, is delivered by every recipient that lives on.
void check_safe(const Index& index, Findings& findings) {
  for (const auto& [id, facts] : index.messages()) {
    // A GBCAST is delivered once all sites are known to have its epoch's opening: safe by itself
    // (C5).
    const bool safe = facts.safety != wire::Safety::kAgreed || facts.order == wire::Order::kGlobal;
    if (!safe || facts.deliveries.empty()) continue;
    require_held(index, id, facts.deliveries.front(), "was delivered as safe", findings);
    if (findings.full()) return;
  }
}

}  // namespace cohort::sim::checkers
