/// One site of a plant whose streams a test feeds by hand: what its neighbours would have sent.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "platform/core/multicast.h"
#include "platform/core/total_order.h"

namespace cohort::core {

struct FedSite {
  Context context{SiteLife{SiteId{1}, Incarnation{1}}, 1};
  Sessions sessions{context, "plant"};
  Multicast multicast{sessions};
  TotalOrder order;

  /// View 1 of sites 1 to `sites`, all in their first life; this is site 1, of rank 0.
  explicit FedSite(std::uint16_t sites) {
    std::vector<SiteLife> members;
    for (std::uint16_t i = 1; i <= sites; ++i) members.push_back({SiteId{i}, Incarnation{1}});
    multicast.install(1, members, 0);
    order.install(sites);
  }

  /// The next number of the origin, for the site of rank `to`; the rest as a test likes.
  wire::StreamFrame next(std::size_t origin, wire::EntryKind kind, wire::SiteVector vector,
                         std::size_t to) const {
    wire::StreamFrame frame;
    frame.view = 1;
    frame.first = frame.number = multicast.stream(origin).received() + 1;
    frame.kind = kind;
    frame.head.vector = std::move(vector);
    frame.head.destination_sites = wire::site_bit(to);
    return frame;
  }
};

}  // namespace cohort::core
