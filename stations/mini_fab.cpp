#include "stations/mini_fab.h"

#include <algorithm>
#include <cstdlib>

#include "platform/base/assert.h"

namespace cohort::stations {
namespace {

constexpr PlantTime minutes(std::int64_t count) {
  return count * kPlantMinute;
}

constexpr std::array<std::string_view, 4> kKindNames{"diffusion", "implant", "lithography",
                                                     "transporter"};
constexpr std::array<std::string_view, 5> kAreaNames{"Source", "C1", "C2", "C3", "Out"};
constexpr std::array<std::string_view, 3> kProductNames{"Pa", "Pb", "TW"};

constexpr std::array<StationModel, 4> kStationModels{{
    {StationKind::kDiffusion, Area::kC1, 3, 3, minutes(20), minutes(40)},
    {StationKind::kImplant, Area::kC3, 1, 1, minutes(15), minutes(15)},
    {StationKind::kLithography, Area::kC2, 1, 1, minutes(10), minutes(10)},
    {StationKind::kTransporter, Area::kSource, 3, 1, 0, 0},
}};

constexpr std::array<StepModel, kSteps> kStepModels{{
    {1, StationKind::kDiffusion, Area::kC1, minutes(225), false},
    {2, StationKind::kImplant, Area::kC3, minutes(30), false},
    {3, StationKind::kLithography, Area::kC2, minutes(55), false},
    {4, StationKind::kImplant, Area::kC3, minutes(50), false},
    {5, StationKind::kDiffusion, Area::kC1, minutes(255), true},
    {6, StationKind::kLithography, Area::kC2, minutes(10), false},
}};

constexpr std::array<Maintenance, 3> kMaintenance{{
    {StationKind::kDiffusion, minutes(75), 24 * kPlantHour, 12 * kPlantHour},
    {StationKind::kImplant, minutes(120), 12 * kPlantHour, 0},
    {StationKind::kLithography, minutes(30), 12 * kPlantHour, 6 * kPlantHour},
}};
constexpr Breakdown kBreakdown{StationKind::kImplant, 50 * kPlantHour, 26 * kPlantHour,
                               minutes(420), minutes(60)};

template <typename Enum, std::size_t size>
std::optional<Enum> parse(const std::array<std::string_view, size>& names, std::string_view text) {
  const auto found = std::find(names.begin(), names.end(), text);
  if (found == names.end()) return std::nullopt;
  return static_cast<Enum>(found - names.begin());
}

}  // namespace

std::string_view to_string(StationKind kind) {
  return kKindNames.at(static_cast<std::size_t>(kind));
}
std::optional<StationKind> parse_kind(std::string_view text) {
  return parse<StationKind>(kKindNames, text);
}
std::string_view to_string(Area area) {
  return kAreaNames.at(static_cast<std::size_t>(area));
}
std::optional<Area> parse_area(std::string_view text) {
  return parse<Area>(kAreaNames, text);
}
std::string_view to_string(Product product) {
  return kProductNames.at(static_cast<std::size_t>(product));
}
std::optional<Product> parse_product(std::string_view text) {
  return parse<Product>(kProductNames, text);
}

const StationModel& station_model(StationKind kind) {
  return kStationModels.at(static_cast<std::size_t>(kind));
}

std::vector<StationSpec> mini_fab_stations() {
  return {{"Ma", StationKind::kDiffusion},   {"Mb", StationKind::kDiffusion},
          {"Mc", StationKind::kImplant},     {"Md", StationKind::kImplant},
          {"Me", StationKind::kLithography}, {"T1", StationKind::kTransporter}};
}

const StepModel& step_model(std::uint8_t step) {
  COHORT_ASSERT(step >= 1 && step <= kSteps, "steps count from 1 to 6");
  return kStepModels[step - 1u];
}

PlantTime setup_time(const Setup& from, const Setup& to) {
  if (from.step == 0) return 0;
  const bool product_changes = from.product != to.product;
  const bool step_changes = from.step != to.step;
  if (product_changes && step_changes) return minutes(12);
  if (step_changes) return minutes(10);
  return product_changes ? minutes(5) : 0;
}

PlantTime travel_time(Area from, Area to) {
  const int areas = std::abs(static_cast<int>(from) - static_cast<int>(to));
  return minutes(4 * areas);
}

std::span<const Maintenance> mini_fab_maintenance() {
  return kMaintenance;
}
const Breakdown& mini_fab_breakdown() {
  return kBreakdown;
}

std::uint32_t buffer_lots(Area area) {
  if (area == Area::kC1) return 18;
  if (area == Area::kC2 || area == Area::kC3) return 12;
  return 0;
}

}  // namespace cohort::stations
