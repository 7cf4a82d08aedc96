/// Batch forming for the diffusion machines. Pure functions of the book.
#pragma once

#include <optional>

#include "services/dispatch/rules.h"

namespace cohort::services::dispatch {

/// The best batch for the station; full ones before short ones.
std::optional<Choice> choose_batch(const Book& book, const BookStation& station);

/// What a step's queue holds for one kind of batch at one station.
struct BatchOutlook {
  std::size_t waiting = 0;   ///< lots that could run now, at most one test wafer lot among them
  std::size_t expected = 0;  ///< lots on their way that could join
};
/// `product` is ignored at a step that mixes products.
BatchOutlook batch_outlook(const Book& book, const BookStation& station, std::uint8_t step,
                           Product product);

}  // namespace cohort::services::dispatch
