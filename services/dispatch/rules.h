/// The dispatching rules: what a free station does next. Pure functions of the book.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "services/dispatch/book.h"

namespace cohort::services::dispatch {

/// A job that a station could begin now.
struct Choice {
  OrderKind kind = OrderKind::kStep;
  std::uint8_t step = 0;
  std::vector<std::string> lots;
  std::string product;
  Area from = Area::kSource;
  Area to = Area::kSource;
  bool short_batch = false;
};

/// The best job for the station by the book's policy; empty: it has nothing to do (yet).
/// Ensures: three lots on diffusion, fewer only where no partner can come any more; S5 one product,
/// a test wafer lot may ride along; never two test wafer lots; a test wafer lot never visits one
/// machine twice unless it is the only one of its kind.
std::optional<Choice> choose_job(const Book& book, const BookStation& station);

/// True where the lot may run its present step at this machine: false only for a test wafer lot
/// that has been there while there is another machine of the kind.
bool may_visit(const Book& book, const BookStation& station, const Lot& lot);

}  // namespace cohort::services::dispatch
