#include "services/dispatch/book.h"

#include <fmt/format.h>

#include <algorithm>

namespace cohort::services::dispatch {
namespace {

constexpr std::array<std::string_view, 3> kPolicyNames{"fifo", "least-setup", "last-step-first"};

}  // namespace

std::string_view to_string(Policy policy) {
  return kPolicyNames.at(static_cast<std::size_t>(policy));
}

std::optional<Policy> parse_policy(std::string_view text) {
  const auto found = std::find(kPolicyNames.begin(), kPolicyNames.end(), text);
  if (found == kPolicyNames.end()) return std::nullopt;
  return static_cast<Policy>(found - kPolicyNames.begin());
}

std::string_view to_string(OrderKind kind) {
  return kind == OrderKind::kStep ? "step" : "move";
}

std::string recipe_of(const Order& order) {
  if (order.kind == OrderKind::kStep) return fmt::format("S{}-{}", order.step, order.product);
  return fmt::format("move-{}-{}", stations::to_string(order.from), stations::to_string(order.to));
}

stations::Job job_of(const Order& order, std::string key) {
  stations::Job job;
  job.key = std::move(key);
  job.station = order.station;
  job.step = order.step;
  job.lots = order.lots;
  job.product = order.product;
  job.recipe = recipe_of(order);
  if (order.kind == OrderKind::kMove) {
    job.from = stations::to_string(order.from);
    job.to = stations::to_string(order.to);
  }
  return job;
}

const Lot* Book::lot(std::string_view id) const {
  const std::string key(id);
  if (const auto found = active.find(key); found != active.end()) return &found->second;
  const auto found = past.find(key);
  return found == past.end() ? nullptr : &found->second;
}

const BookStation* Book::station(std::string_view name) const {
  for (const BookStation& entry : stations) {
    if (entry.spec.name == name) return &entry;
  }
  return nullptr;
}

std::size_t Book::stations_of(stations::StationKind kind) const {
  return static_cast<std::size_t>(
      std::count_if(stations.begin(), stations.end(),
                    [kind](const BookStation& entry) { return entry.spec.kind == kind; }));
}

}  // namespace cohort::services::dispatch
