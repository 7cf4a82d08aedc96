/// When which lots enter the plant.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "services/dispatch/lot.h"

namespace cohort::services::dispatch {

struct PlannedStart {
  PlantTime at_ms = 0;
  Product product = Product::kPa;
};

/// The model's week from `start_ms`: 51 Pa, 30 Pb and 3 TW, one lot every two hours, products
/// spread evenly; with a seed, each lot at a random moment of its two hours.
std::vector<PlannedStart> week_plan(PlantTime start_ms, std::uint64_t seed);

/// "Pa-007".
std::string lot_name(Product product, std::uint32_t number);

}  // namespace cohort::services::dispatch
