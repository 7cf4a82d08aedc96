/// The limits of the plant's book.
#pragma once

#include <cstddef>
#include <cstdint>

#include "stations/mini_fab.h"

namespace cohort::services::dispatch::limits {

inline constexpr std::size_t kNameBytes = 64;     ///< lots and stations
inline constexpr std::size_t kReasonBytes = 256;  ///< of a hold, a cancellation, a failed order
inline constexpr std::size_t kStations = 64;
inline constexpr std::size_t kLotsActive = 2'000;   ///< planned and in the plant
inline constexpr std::size_t kLotsInBook = 20'000;  ///< with finished and cancelled ones
inline constexpr std::uint32_t kLotsPerRelease = 100;
inline constexpr std::size_t kShortBatchesListed = 1'000;

/// A station that could not take an order gets the next one this much later.
inline constexpr stations::PlantTime kRetryPause = 10 * stations::kPlantMinute;

/// A plan begins no later than this from now.
inline constexpr stations::PlantTime kPlanAhead = 52 * stations::kPlantWeek;

}  // namespace cohort::services::dispatch::limits
