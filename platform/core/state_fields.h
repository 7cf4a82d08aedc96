/// Visits the members of a plain aggregate in their order, so that whoever compares or digests one
/// cannot forget a member that is added later.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

namespace cohort::core {

/// Stands for a member of any type; never made.
struct AnyField {
  template <typename Field>
  operator Field() const noexcept;  // NOLINT(google-explicit-constructor)
};

template <typename Aggregate, std::size_t... Index>
constexpr bool has_fields(std::index_sequence<Index...> /*count*/) {
  return requires { Aggregate{(static_cast<void>(Index), AnyField{})...}; };
}

template <typename Aggregate, std::size_t Known = 0>
constexpr std::size_t count_fields() {
  if constexpr (has_fields<Aggregate>(std::make_index_sequence<Known + 1>{})) {
    return count_fields<Aggregate, Known + 1>();
  } else {
    return Known;
  }
}

/// Calls `visit` once with all members. Requires: an aggregate of at most 14 members without bases
/// and arrays.
template <typename Aggregate, typename Visit>
void visit_fields(const Aggregate& of, Visit visit) {
  static_assert(std::is_aggregate_v<Aggregate>, "its class says itself what it holds");
  constexpr std::size_t count = count_fields<Aggregate>();
  static_assert(count <= 14, "one more case is needed here");
  if constexpr (count == 0) {
    visit();
  } else if constexpr (count == 1) {
    const auto& [a] = of;
    visit(a);
  } else if constexpr (count == 2) {
    const auto& [a, b] = of;
    visit(a, b);
  } else if constexpr (count == 3) {
    const auto& [a, b, c] = of;
    visit(a, b, c);
  } else if constexpr (count == 4) {
    const auto& [a, b, c, d] = of;
    visit(a, b, c, d);
  } else if constexpr (count == 5) {
    const auto& [a, b, c, d, e] = of;
    visit(a, b, c, d, e);
  } else if constexpr (count == 6) {
    const auto& [a, b, c, d, e, f] = of;
    visit(a, b, c, d, e, f);
  } else if constexpr (count == 7) {
    const auto& [a, b, c, d, e, f, g] = of;
    visit(a, b, c, d, e, f, g);
  } else if constexpr (count == 8) {
    const auto& [a, b, c, d, e, f, g, h] = of;
    visit(a, b, c, d, e, f, g, h);
  } else if constexpr (count == 9) {
    const auto& [a, b, c, d, e, f, g, h, i] = of;
    visit(a, b, c, d, e, f, g, h, i);
  } else if constexpr (count == 10) {
    const auto& [a, b, c, d, e, f, g, h, i, j] = of;
    visit(a, b, c, d, e, f, g, h, i, j);
  } else if constexpr (count == 11) {
    const auto& [a, b, c, d, e, f, g, h, i, j, k] = of;
    visit(a, b, c, d, e, f, g, h, i, j, k);
  } else if constexpr (count == 12) {
    const auto& [a, b, c, d, e, f, g, h, i, j, k, l] = of;
    visit(a, b, c, d, e, f, g, h, i, j, k, l);
  } else if constexpr (count == 13) {
    const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m] = of;
    visit(a, b, c, d, e, f, g, h, i, j, k, l, m);
  } else if constexpr (count == 14) {
    const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n] = of;
    visit(a, b, c, d, e, f, g, h, i, j, k, l, m, n);
  }
}

}  // namespace cohort::core
