#include "platform/core/delivery.h"

#include "platform/base/instrument.h"

namespace cohort::core {

using wire::EntryKind;

Delivery::Step Delivery::next(const Rules& rules, std::size_t& origin, std::uint64_t& number) {
  pass_places(rules);
  for (origin = 0; origin < multicast_.sites(); ++origin) {
    Stream& stream = multicast_.stream(origin);
    number = stream.done() + 1;
    const StreamEntry* entry = stream.find(number);
    if (entry == nullptr) continue;
    if (entry->epoch > rules.epoch && !COHORT_MUTANT("deliver_next_epoch")) continue;
    const Step step = try_entry(rules, origin, *entry);
    if (step == Step::kBlocked) continue;
    const bool only_here = entry->concerns_only(multicast_.rank()) ||
                           (COHORT_MUTANT("vector_omits_shared") && step == Step::kMessage);
    stream.mark_done(!only_here);
    return step;
  }
  return Step::kBlocked;
}

Delivery::Step Delivery::try_entry(const Rules& rules, std::size_t origin,
                                   const StreamEntry& entry) {
  const std::uint64_t number = multicast_.stream(origin).done() + 1;
  if (entry.kind == EntryKind::kSkip || entry.kind == EntryKind::kMarker) {
    // What it may depend on first: whoever has passed a number names it in the vectors it sends, so
    // the cut must reach there; and the cut ends before a number whose causes nobody holds any
    // more.
    const bool ready = rules.closing || causally_ready(origin, entry);
    return ready ? Step::kPassed : Step::kBlocked;
  }
  if (entry.kind == EntryKind::kHeader) {
    const bool ordered = rules.closing || order_.cursor(origin) >= number;
    return ordered ? Step::kPassed : Step::kBlocked;
  }
  if (!wire::contains(entry.head.destination_sites, multicast_.rank())) {
    const bool sequenced = entry.head.order == wire::Order::kTotal && multicast_.rank() == 0;
    if (sequenced && !rules.closing && order_.cursor(origin) < number) return Step::kBlocked;
    return Step::kPassed;
  }
  if (!causally_ready(origin, entry)) return Step::kBlocked;
  if (entry.head.order == wire::Order::kTotal) {
    const wire::OrderEntry* place = order_.next();
    if (place == nullptr) return Step::kBlocked;
    const bool mine = place->origin == origin && place->number == number;
    if (!mine && !COHORT_MUTANT("skip_order_gap")) return Step::kBlocked;
    if (!safely_held(rules, origin, entry)) return Step::kBlocked;
    if (mine) order_.pass();
    return Step::kMessage;
  }
  return safely_held(rules, origin, entry) ? Step::kMessage : Step::kBlocked;
}

bool Delivery::causally_ready(std::size_t origin, const StreamEntry& entry) const {
  if (COHORT_MUTANT("skip_causal_check")) return true;
  if (entry.head.order_prefix > order_.passed()) return false;
  const wire::SiteVector& vector = entry.head.vector;
  for (std::size_t i = 0; i < vector.size(); ++i) {
    if (i != origin && multicast_.stream(i).done() < vector[i]) return false;
  }
  return true;
}

bool Delivery::safely_held(const Rules& rules, std::size_t origin, const StreamEntry& entry) const {
  if (entry.head.safety == wire::Safety::kAgreed || rules.closing) return true;
  if (COHORT_MUTANT("safe_is_agreed")) {
    COHORT_PROBE("delivery.safe");
    return true;
  }
  const bool total = entry.head.order == wire::Order::kTotal;
  const std::uint64_t place = total ? order_.passed() + 1 : entry.head.order_prefix;
  const std::uint64_t number = multicast_.stream(origin).done() + 1;
  const wire::SiteSet sites = entry.head.destination_sites;
  const wire::SiteVector& causes = entry.head.vector;
  bool held = stability_.held(sites, origin, number, place);
  // Who holds it without a cause of it could not deliver it if nobody with that cause lived on.
  for (std::size_t i = 0; i < causes.size() && held; ++i) {
    held = i == origin || stability_.held(sites, i, causes[i], place);
  }
  if (held) COHORT_PROBE("delivery.safe");
  return held;
}

void Delivery::pass_places(const Rules& rules) {
  // Places of other sites' messages, and void ones (a hole, beyond the cut, done already).
  while (const wire::OrderEntry* place = order_.next()) {
    const Stream& stream = multicast_.stream(place->origin);
    const StreamEntry* entry = stream.find(place->number);
    const bool here = wire::contains(place->destinations, multicast_.rank());
    const bool beyond_cut = rules.closing && place->number > stream.received();
    const bool hole = entry != nullptr && entry->kind == EntryKind::kSkip;
    const bool void_place = place->number <= stream.done() || hole || beyond_cut;
    if (here && !void_place) return;
    if (here && hole) COHORT_PROBE("order.place_of_hole");
    if (here && beyond_cut) COHORT_PROBE("order.place_beyond_cut");
    order_.pass();
  }
}

}  // namespace cohort::core
