/// Names of sites, processes and groups: 8-byte addresses, usable in the same places
/// (paper sections 3.2 and 4.1).
///
/// Layout of an address, most significant bits first:
///   process: 8 bits kind = 1 | 16 bits site | 16 bits incarnation | 24 bits counter
///   group:   8 bits kind = 2 | 56 bits counter of groups ever created in the plant
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "platform/base/assert.h"

namespace cohort {

/// A host's number in the plant's configuration, from 1.
struct SiteId {
  std::uint16_t value = 0;
  auto operator<=>(const SiteId&) const = default;
};

/// The number of a site's life, from 1; never used twice by one site (P6). 0: none yet.
struct Incarnation {
  std::uint16_t value = 0;
  auto operator<=>(const Incarnation&) const = default;
};

/// One life of one site.
struct SiteLife {
  SiteId site;
  Incarnation incarnation;
  auto operator<=>(const SiteLife&) const = default;
};

/// One process of one life of a site; never reused (P61). Value 0: no process.
struct ProcessId {
  std::uint64_t value = 0;

  static ProcessId make(SiteLife life, std::uint32_t counter) {
    COHORT_ASSERT(counter < (1u << 24), "process counter fits 24 bits");
    return {(std::uint64_t{1} << 56) | (std::uint64_t{life.site.value} << 40) |
            (std::uint64_t{life.incarnation.value} << 24) | counter};
  }
  SiteLife life() const {
    return {SiteId{static_cast<std::uint16_t>(value >> 40)},
            Incarnation{static_cast<std::uint16_t>(value >> 24)}};
  }
  SiteId site() const { return life().site; }
  std::uint32_t counter() const { return static_cast<std::uint32_t>(value & 0xffffff); }
  bool valid() const { return (value >> 56) == 1; }
  auto operator<=>(const ProcessId&) const = default;
};

/// One group of the plant; never reused (P61). Value 0: no group.
struct GroupId {
  std::uint64_t value = 0;

  static GroupId make(std::uint64_t counter) {
    return {(std::uint64_t{2} << 56) | (counter & ((std::uint64_t{1} << 56) - 1))};
  }
  std::uint64_t counter() const { return value & ((std::uint64_t{1} << 56) - 1); }
  bool valid() const { return (value >> 56) == 2; }
  auto operator<=>(const GroupId&) const = default;
};

/// "2.7" (site 2, incarnation 7).
std::string to_string(SiteLife life);
/// "2.7/5" (site 2, incarnation 7, counter 5); "none" for no process.
std::string to_string(ProcessId process);
/// "group 12"; "none" for no group.
std::string to_string(GroupId group);

}  // namespace cohort
