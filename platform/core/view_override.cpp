// An operator forms a view without a quorum (protocols.md 4.2 "Operator override"): for a plant
// whose quorum will never come back. The view's number outranks every view formed without it.
#include <algorithm>

#include "platform/base/instrument.h"
#include "platform/base/limits.h"
#include "platform/core/view_change.h"

namespace cohort::core {

Result<std::uint64_t> ViewChange::force_form(const std::string& who) {
  const auto refuse = [](std::string text) {
    return std::unexpected(Error{Errc::kRefused, std::move(text)});
  };
  if (basis_.operational) {
    return refuse("this site is in view " + std::to_string(basis_.number) +
                  ": a view is forced only where a site waits for a quorum to form one (without a "
                  "quorum it comes to that by itself within " +
                  std::to_string(to_millis(context_.timers.quorum_loss_restart) / 1000) + " s)");
  }
  if (operational_heard_ != MonotonicTime{} && context_.now - operational_heard_ < kJoinerAge) {
    return refuse("a view works elsewhere and this site is about to join it");
  }
  if (started_ == MonotonicTime{} || context_.now - started_ < kJoinerAge) {
    return refuse(
        "this site has not listened for a second yet, and would undo a view that works: ask again");
  }
  for (const auto& [site, joining] : joining_) {
    // Only who is in a view tells its record: what this one knows from its log alone would be lost.
    if (context_.now - joining.heard >= kJoinerAge) continue;
    if (joining.status.plant_version <= basis_.plant.version) continue;
    return refuse("site " + std::to_string(site.value) + " knows version " +
                  std::to_string(joining.status.plant_version) + " of the plant record, this one " +
                  std::to_string(basis_.plant.version) + ": force the view there");
  }
  if (forcing_) return refuse("a view is being forced already");
  const ViewBasis basis = forming_basis();
  wire::ViewValue value;
  value.view = (wire::overrides_before(basis.number) + 1) * wire::kOverrideStep + 1;
  value.members.push_back(context_.self);
  for (const auto& [site, joining] : joining_) {
    if (context_.now - joining.heard < kJoinerAge) value.members.push_back(joining.life);
  }
  value.incarnations = greatest_lives(basis, value.members);
  std::string without;
  for (const SiteLife& member : basis.members) {
    const auto stays = [&](SiteLife life) { return life.site == member.site; };
    if (std::any_of(value.members.begin(), value.members.end(), stays)) continue;
    const std::string reason =
        "an operator formed view " + std::to_string(value.view) + " without it: " + who;
    value.removed.push_back(
        {member, wire::RemovalCause::kOverride, reason.substr(0, limits::kEvidenceBytes)});
    without += (without.empty() ? "" : ", ") + std::to_string(member.site.value);
  }
  value.plant = basis_.plant;
  value.plant.version = std::max<std::uint64_t>(value.plant.version, 1);
  value.overrides = basis.overrides;
  if (value.overrides.size() == limits::kOverridesKept) {
    value.overrides.erase(value.overrides.begin());
  }
  const std::string text = who + " at site " + std::to_string(context_.self.site.value) +
                           ", after view " + std::to_string(basis.number) + ", without sites " +
                           (without.empty() ? "none" : without);
  value.overrides.push_back({value.view, text.substr(0, limits::kEvidenceBytes)});
  COHORT_PROBE("view.forced");
  context_.trace("event=view.forced site=" + to_string(context_.self) +
                 " view=" + std::to_string(value.view) + " by=\"" + who + "\"");
  const std::uint64_t token = next_token_++;
  const std::uint64_t number = value.view;
  write({wire::ViewLogRecord::Kind::kCommitted, value.view, {}, value}, token);
  const std::int64_t settles = to_millis(context_.timers.lease + limits::kLeaseMargin);
  forcing_ = {token, wire::Commit{basis.number, std::move(value), true,
                                  static_cast<std::uint64_t>(settles)}};
  return number;
}

}  // namespace cohort::core
