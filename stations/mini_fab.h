/// The Intel Mini-Fab as data: the built-in plant (docs/mini-fab.md says what is switched on).
///
/// Five machines in three areas, one transporter, six steps, three products. Times are plant times.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cohort::stations {

/// Milliseconds since the plant's start, on the plant clock.
using PlantTime = std::int64_t;

inline constexpr PlantTime kPlantMinute = 60'000;
inline constexpr PlantTime kPlantHour = 60 * kPlantMinute;
inline constexpr PlantTime kPlantWeek = 7 * 24 * kPlantHour;

enum class StationKind : std::uint8_t { kDiffusion, kImplant, kLithography, kTransporter };
enum class Area : std::uint8_t { kSource, kC1, kC2, kC3, kOut };
enum class Product : std::uint8_t { kPa, kPb, kTw };

/// Steps count from 1. A move is named by the step it leads to: 1 to 6, or kOutLeg.
inline constexpr std::uint8_t kSteps = 6;
inline constexpr std::uint8_t kOutLeg = kSteps + 1;

/// A batch of more than one product (step S1 only) is a job of this product.
inline constexpr std::string_view kMixedProduct = "mixed";

/// "diffusion", "implant", "lithography", "transporter"; as in a plant file.
std::string_view to_string(StationKind kind);
std::optional<StationKind> parse_kind(std::string_view text);
/// "Source", "C1", "C2", "C3", "Out".
std::string_view to_string(Area area);
std::optional<Area> parse_area(std::string_view text);
/// "Pa", "Pb", "TW".
std::string_view to_string(Product product);
std::optional<Product> parse_product(std::string_view text);

/// One station of a plant.
struct StationSpec {
  std::string name;
  StationKind kind = StationKind::kDiffusion;
  bool operator==(const StationSpec&) const = default;
};

/// What all stations of a kind have in common.
struct StationModel {
  StationKind kind = StationKind::kDiffusion;
  Area area = Area::kSource;
  std::uint8_t lots_most = 1;  ///< in one job
  std::uint8_t lots_full = 1;  ///< of a full job: three on diffusion
  PlantTime load = 0;          ///< occupies the machine, before set-up and processing
  PlantTime unload = 0;        ///< occupies the machine, after processing
};

const StationModel& station_model(StationKind kind);
/// Ma, Mb, Mc, Md, Me and the transporter T1, in this order.
std::vector<StationSpec> mini_fab_stations();

struct StepModel {
  std::uint8_t number = 0;
  StationKind kind = StationKind::kDiffusion;
  Area area = Area::kSource;
  PlantTime process = 0;
  /// The batch holds one product (a test wafer lot may ride along); otherwise any mix.
  bool one_product = false;
};

/// Requires: 1 <= step <= kSteps.
const StepModel& step_model(std::uint8_t step);

/// What Me was set up for last.
struct Setup {
  std::uint8_t step = 0;  ///< 0: nothing yet; the first set-up is free
  Product product = Product::kPa;
  auto operator<=>(const Setup&) const = default;
};
/// Product change 5 min, step change 10 min, both 12 min; nothing from nothing.
PlantTime setup_time(const Setup& from, const Setup& to);

/// One pick-up and one drop.
inline constexpr PlantTime kHandlingTime = 2 * kPlantMinute;
/// Four minutes for each area passed, along Source, C1, C2, C3, Out; zero in one area.
PlantTime travel_time(Area from, Area to);

/// Starts of one week, 84 lots, in all.
inline constexpr std::uint32_t kWeekPa = 51;
inline constexpr std::uint32_t kWeekPb = 30;
inline constexpr std::uint32_t kWeekTw = 3;
inline constexpr std::uint32_t kWeekLots = kWeekPa + kWeekPb + kWeekTw;

/// Parts of the published model that the first plant leaves out: kept as data, not acted on.
struct Maintenance {
  StationKind kind = StationKind::kDiffusion;
  PlantTime duration = 0;
  PlantTime period = 0;          ///< once in each
  PlantTime distance_least = 0;  ///< not sooner after the last
};
struct Breakdown {
  StationKind kind = StationKind::kImplant;
  PlantTime between_mean = 0;
  PlantTime between_half_width = 0;
  PlantTime repair_mean = 0;
  PlantTime repair_half_width = 0;
};
std::span<const Maintenance> mini_fab_maintenance();
const Breakdown& mini_fab_breakdown();
/// Lots that fit into an area's buffer; not enforced.
std::uint32_t buffer_lots(Area area);

/// Which parts of the model are switched on.
struct ModelParts {
  bool batches = true;
  bool setups = true;
  bool loads_and_unloads = true;
  bool transport = true;
  bool maintenance = false;
  bool breakdowns = false;
  bool operators = false;
  bool buffer_limits = false;
};
inline constexpr ModelParts kModelParts;

}  // namespace cohort::stations
