/// The commands that people and the release plan give: lots in, holds, cancellations, policy.
#include <fmt/format.h>

#include <algorithm>

#include "platform/base/assert.h"
#include "services/dispatch/limits.h"
#include "services/dispatch/plant_book.h"
#include "services/dispatch/release_plan.h"

namespace cohort::services::dispatch {
namespace {

bool is_plain_name(std::string_view text) {
  if (text.empty() || text.size() > limits::kNameBytes) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

std::unexpected<Error> invalid(std::string text) {
  return make_error(Errc::kInvalidArgument, std::move(text));
}

Result<void> check_reason(std::string_view reason) {
  if (!reason.empty() && reason.size() <= limits::kReasonBytes) return {};
  return invalid(fmt::format("a reason of 1 to {} bytes is needed", limits::kReasonBytes));
}

std::size_t lots_in_book(const Book& book) {
  return book.plan.size() + book.active.size() + book.past.size();
}

Result<void> check_room(const Book& book, std::size_t count) {
  if (book.plan.size() + book.active.size() + count > limits::kLotsActive) {
    return make_error(Errc::kLimit, fmt::format("at most {} lots can be planned or in the plant",
                                                limits::kLotsActive));
  }
  if (lots_in_book(book) + count > limits::kLotsInBook) {
    return make_error(
        Errc::kLimit,
        fmt::format("the book holds {} lots, its limit; begin a new one", limits::kLotsInBook));
  }
  return {};
}

}  // namespace

Result<void> PlantBook::handle(const ReleaseLots& release_lots) {
  const auto product = stations::parse_product(release_lots.product);
  if (!product) {
    return invalid(
        fmt::format("product '{}' is unknown; products are Pa, Pb, TW", release_lots.product));
  }
  if (release_lots.count < 1 || release_lots.count > limits::kLotsPerRelease) {
    return invalid(fmt::format("{} lots at once; 1 to {} are allowed", release_lots.count,
                               limits::kLotsPerRelease));
  }
  if (!release_lots.lot.empty()) {
    if (release_lots.count != 1) return invalid("a name can be given to one lot only");
    if (auto fresh = check_new_lot(release_lots.lot); !fresh) return fresh;
  }
  if (auto room = check_room(book_, release_lots.count); !room) return room;
  for (std::uint32_t i = 0; i < release_lots.count; ++i) {
    release(release_lots.lot.empty() ? next_name(*product) : release_lots.lot, *product,
            book_.now_ms);
  }
  return {};
}

Result<void> PlantBook::handle(const ReleasePlan& plan) {
  if (plan.plan != "week") {
    return invalid(fmt::format("plan '{}' is unknown; plans are: week", plan.plan));
  }
  if (plan.from_ms > book_.now_ms + limits::kPlanAhead) {
    return make_error(Errc::kLimit, "a plan begins within a year");
  }
  auto starts = week_plan(std::max(book_.now_ms, plan.from_ms), plan.seed);
  if (plan.lots_most != 0 && plan.lots_most < starts.size()) starts.resize(plan.lots_most);
  if (auto room = check_room(book_, starts.size()); !room) return room;
  for (const PlannedStart& start : starts) {
    const auto later = [](PlantTime at_ms, const PlannedLot& lot) { return at_ms < lot.at_ms; };
    const auto place = std::upper_bound(book_.plan.begin(), book_.plan.end(), start.at_ms, later);
    book_.plan.insert(place, {start.at_ms, next_name(start.product), start.product});
  }
  applied_.planned = static_cast<std::uint32_t>(starts.size());
  return {};
}

Result<void> PlantBook::handle(const HoldLot& hold) {
  if (auto reason = check_reason(hold.reason); !reason) return reason;
  const auto lot = find_active(hold.lot);
  if (!lot) return std::unexpected(lot.error());
  if (!(*lot)->hold_reason.empty()) {
    return make_error(Errc::kRefused,
                      fmt::format("lot {} is on hold already: {}", hold.lot, (*lot)->hold_reason));
  }
  (*lot)->hold_reason = hold.reason;
  if (!is_ordered((*lot)->state)) hold_if_asked(**lot);
  return {};
}

Result<void> PlantBook::handle(const ReleaseHold& release_hold) {
  const auto lot = find_active(release_hold.lot);
  if (!lot) return std::unexpected(lot.error());
  if ((*lot)->hold_reason.empty()) {
    return make_error(Errc::kRefused, fmt::format("lot {} is not on hold; it is {}",
                                                  release_hold.lot, to_string((*lot)->state)));
  }
  (*lot)->hold_reason.clear();
  if ((*lot)->state == LotState::kHeld) {
    (*lot)->state = (*lot)->held_in;
    (*lot)->since_ms = book_.now_ms;
  }
  return {};
}

Result<void> PlantBook::handle(const CancelLot& cancel) {
  if (auto reason = check_reason(cancel.reason); !reason) return reason;
  const auto planned = std::find_if(book_.plan.begin(), book_.plan.end(),
                                    [&](const PlannedLot& lot) { return lot.lot == cancel.lot; });
  if (planned != book_.plan.end()) {
    book_.plan.erase(planned);
    return {};
  }
  const auto lot = find_active(cancel.lot);
  if (!lot) return std::unexpected(lot.error());
  const auto next = next_state((*lot)->state, LotEvent::kCancel);
  if (!next) {
    return make_error(Errc::kRefused,
                      fmt::format("lot {} is {} and cannot be cancelled now; hold it, then cancel",
                                  cancel.lot, to_string((*lot)->state)));
  }
  (*lot)->state = *next;
  (*lot)->hold_reason = cancel.reason;
  (*lot)->since_ms = book_.now_ms;
  (*lot)->finished_ms = book_.now_ms;
  retire(cancel.lot);
  return {};
}

Result<void> PlantBook::handle(const SetPolicy& set) {
  const auto policy = parse_policy(set.policy);
  if (!policy) {
    return invalid(
        fmt::format("policy '{}' is unknown; policies are fifo, least-setup, "
                    "last-step-first",
                    set.policy));
  }
  book_.policy = *policy;
  return {};
}

Result<Lot*> PlantBook::find_active(const std::string& id) {
  if (const auto found = book_.active.find(id); found != book_.active.end()) return &found->second;
  if (const auto found = book_.past.find(id); found != book_.past.end()) {
    return make_error(Errc::kRefused,
                      fmt::format("lot {} is {}", id, to_string(found->second.state)));
  }
  const bool planned = std::any_of(book_.plan.begin(), book_.plan.end(),
                                   [&](const PlannedLot& lot) { return lot.lot == id; });
  if (planned) {
    return make_error(Errc::kRefused, fmt::format("lot {} is planned and not released yet", id));
  }
  return invalid(fmt::format("lot '{}' is unknown", id));
}

bool PlantBook::is_name_used(const std::string& id) const {
  return book_.active.contains(id) || book_.past.contains(id) ||
         std::any_of(book_.plan.begin(), book_.plan.end(),
                     [&](const PlannedLot& lot) { return lot.lot == id; });
}

Result<void> PlantBook::check_new_lot(const std::string& id) const {
  if (!is_plain_name(id)) {
    return invalid(
        fmt::format("a lot's name is 1 to {} letters, digits, '-' or '_'", limits::kNameBytes));
  }
  if (is_name_used(id)) {
    return make_error(Errc::kAlreadyExists, fmt::format("lot {} exists already", id));
  }
  return {};
}

std::string PlantBook::next_name(Product product) {
  std::uint32_t& number = book_.counters.last_number.at(static_cast<std::size_t>(product));
  std::string name = lot_name(product, ++number);
  while (is_name_used(name)) name = lot_name(product, ++number);
  return name;
}

void PlantBook::release(const std::string& id, Product product, PlantTime at_ms) {
  Lot lot;
  lot.id = id;
  lot.serial = ++book_.counters.lots_released;
  lot.product = product;
  lot.released_ms = at_ms;
  lot.since_ms = at_ms;
  const bool fresh = book_.active.emplace(id, std::move(lot)).second;
  COHORT_ASSERT(fresh, "lots have names of their own");
  applied_.released.push_back(id);
}

void PlantBook::release_due() {
  while (!book_.plan.empty() && book_.plan.front().at_ms <= book_.now_ms) {
    const PlannedLot planned = std::move(book_.plan.front());
    book_.plan.pop_front();
    release(planned.lot, planned.product, planned.at_ms);
  }
}

}  // namespace cohort::services::dispatch
