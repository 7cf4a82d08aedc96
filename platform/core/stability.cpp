#include "platform/core/stability.h"

#include <algorithm>
#include <utility>

#include "platform/base/instrument.h"

namespace cohort::core {

void Stability::install(std::size_t sites) {
  Site site;
  site.received.assign(sites, 0);
  sites_.assign(sites, site);
  changed_ = true;
}

void Stability::on_status(std::size_t rank, const wire::Status& status) {
  Site& site = sites_[rank];
  if (status.received.size() != sites_.size()) return;
  const Site before = site;
  for (std::size_t i = 0; i < sites_.size(); ++i) {
    site.received[i] = std::max(site.received[i], status.received[i]);
  }
  site.order_received = std::max(site.order_received, status.order_received);
  site.delivered_epoch = std::max(site.delivered_epoch, status.delivered_epoch);
  changed_ = changed_ || !(site == before);
}

void Stability::on_frame(std::size_t rank, std::uint64_t number, const wire::MessageHead& head) {
  Site& site = sites_[rank];
  for (std::size_t i = 0; i < sites_.size(); ++i) {
    const std::uint64_t holds = i == rank ? number : head.vector[i];
    changed_ = changed_ || holds > site.received[i];
    site.received[i] = std::max(site.received[i], holds);
  }
  changed_ = changed_ || head.order_prefix > site.order_received;
  site.order_received = std::max(site.order_received, head.order_prefix);
}

void Stability::on_places(std::uint64_t last) {
  changed_ = changed_ || last > sites_.front().order_received;
  sites_.front().order_received = std::max(sites_.front().order_received, last);
}

void Stability::on_own(std::size_t rank, wire::SiteVector received, std::uint64_t order_received,
                       std::uint64_t delivered_epoch) {
  Site now{std::move(received), order_received, delivered_epoch};
  if (now == sites_[rank]) return;
  sites_[rank] = std::move(now);
  changed_ = true;
}

std::uint64_t Stability::stable(std::size_t origin) const {
  std::uint64_t least = UINT64_MAX;
  for (const Site& site : sites_) least = std::min(least, site.received[origin]);
  if (COHORT_MUTANT("free_what_some_lack")) {
    for (const Site& site : sites_) least = std::max(least, site.received[origin]);
  }
  return least;
}

std::uint64_t Stability::stable_order() const {
  std::uint64_t least = UINT64_MAX;
  for (const Site& site : sites_) least = std::min(least, site.order_received);
  return least;
}

bool Stability::held(wire::SiteSet sites, std::size_t origin, std::uint64_t number,
                     std::uint64_t place) const {
  for (std::size_t rank = 0; rank < sites_.size(); ++rank) {
    if (!wire::contains(sites, rank)) continue;
    if (sites_[rank].received[origin] < number) return false;
    if (sites_[rank].order_received < place) return false;
  }
  return true;
}

bool Stability::all_hold(const wire::SiteVector& vector, std::uint64_t place) const {
  for (const Site& site : sites_) {
    if (site.order_received < place) return false;
    for (std::size_t i = 0; i < vector.size(); ++i) {
      if (site.received[i] < vector[i]) return false;
    }
  }
  return true;
}

std::uint64_t Stability::least_delivered_epoch() const {
  std::uint64_t least = UINT64_MAX;
  for (const Site& site : sites_) least = std::min(least, site.delivered_epoch);
  return least;
}

}  // namespace cohort::core
