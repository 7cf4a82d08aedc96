// By what small plants are told apart (docs/testing.md "Every order").
#include "platform/core/state_digest.h"
#include "platform/sim/explore/small_plant.h"

namespace cohort::sim {

std::uint64_t SmallPlant::fingerprint() const {
  core::StateDigest digest{MonotonicTime(now_)};
  digest.add(now_);
  for (const auto& [site, node] : nodes_) {
    if (!node.held) {
      core::StateDigest held(MonotonicTime(now_), scope_.cut);
      held.add(node.core);
      node.held = held.value();
    }
    digest.add(scope_.blind ? 0 : *node.held, node.seen.value(), node.writing);
  }
  // What is on a line that is cut stays there.
  for (const auto& [line, frames] : lines_) {
    const auto& [from, to, channel] = line;
    if (frames.empty() || !open(from, to) || scope_.blind) continue;
    digest.add(from, to, channel, frames.size());
    for (const Frame& frame : frames) digest.add(frame.digest);
  }
  for (const auto& [from, to, channel] : down_notices_) {
    if (open(from, to)) digest.add(from, to, channel);
  }
  digest.add(cut_, done_, crashed_);
  return digest.value();
}

std::uint64_t SmallPlant::history_fingerprint() const {
  core::StateDigest digest{MonotonicTime(now_)};
  for (const auto& [site, node] : nodes_) digest.add(node.core != nullptr, node.seen.value());
  digest.add(cut_);
  return digest.value();
}

}  // namespace cohort::sim
