#include "services/dispatch/release_plan.h"

#include <fmt/format.h>

#include <array>

#include "platform/base/rng.h"

namespace cohort::services::dispatch {

std::string lot_name(Product product, std::uint32_t number) {
  return fmt::format("{}-{:03}", stations::to_string(product), number);
}

std::vector<PlannedStart> week_plan(PlantTime start_ms, std::uint64_t seed) {
  constexpr std::array<std::int64_t, 3> kShares{stations::kWeekPa, stations::kWeekPb,
                                                stations::kWeekTw};
  constexpr std::int64_t kLots = stations::kWeekLots;
  constexpr PlantTime kSlot = stations::kPlantWeek / kLots;
  Rng random(seed);
  std::array<std::int64_t, 3> given{};
  std::vector<PlannedStart> plan;
  for (std::int64_t slot = 0; slot < kLots; ++slot) {
    // The j-th of n lots of a product is due in the middle of the week's j-th n-th part: the slot
    // goes to the product whose next lot is due first.
    std::size_t chosen = 0;
    for (std::size_t product = 1; product < kShares.size(); ++product) {
      const bool sooner =
          (2 * given[product] + 1) * kShares[chosen] < (2 * given[chosen] + 1) * kShares[product];
      if (sooner) chosen = product;
    }
    ++given[chosen];
    PlantTime at_ms = start_ms + slot * kSlot;
    if (seed != 0) at_ms += static_cast<PlantTime>(random.below(kSlot));
    plan.push_back({at_ms, static_cast<Product>(chosen)});
  }
  return plan;
}

}  // namespace cohort::services::dispatch
