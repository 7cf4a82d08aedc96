#include "platform/sim/explore/cold_start.h"

#include <algorithm>

#include "platform/wire/view_records.h"

namespace cohort::sim {

namespace {

using Kind = wire::ViewLogRecord::Kind;

constexpr std::uint16_t kSites = 3;

wire::ViewValue view_of(std::uint64_t number, std::uint16_t sites) {
  wire::ViewValue value;
  value.view = number;
  value.plant.version = 1;
  for (std::uint16_t site = 1; site <= kSites; ++site) {
    const SiteLife life{SiteId{site}, Incarnation{1}};
    if (site <= sites) value.members.push_back(life);
    value.incarnations.push_back(life);
    value.plant.hosts.push_back({SiteId{site}, {}, {}, false});
  }
  return value;
}

Bytes committed(const wire::ViewValue& value) {
  return encode(wire::ViewLogRecord{Kind::kCommitted, value.view, {}, value});
}

Bytes accepted(const wire::ViewValue& value) {
  return encode(wire::ViewLogRecord{Kind::kAccepted, value.view, wire::Ballot{1, 0}, value});
}

}  // namespace

std::vector<Bytes> log_after(ColdStart start, SiteId site) {
  if (start == ColdStart::kNone || start == ColdStart::kFirst) return {};
  const wire::ViewValue first = view_of(1, kSites);
  const wire::ViewValue second = view_of(2, 2);
  std::vector<Bytes> log{committed(first)};
  const bool is_one = site.value == 1;
  const bool is_two = site.value == 2;
  switch (start) {
    case ColdStart::kNone:
    case ColdStart::kFirst:
    case ColdStart::kOneView:
      break;
    case ColdStart::kDecidedAtOne:
    case ColdStart::kDecidedAtTwo: {
      const bool knows = start == ColdStart::kDecidedAtOne ? is_one : is_two;
      if (is_one || is_two) log.push_back(knows ? committed(second) : accepted(second));
      break;
    }
    case ColdStart::kAcceptedByTwo:
      if (is_one || is_two) log.push_back(accepted(second));
      break;
    case ColdStart::kAcceptedByOne:
      if (is_one) log.push_back(accepted(second));
      break;
  }
  return log;
}

}  // namespace cohort::sim
