/// A digest of what the protocols process holds: equal for two that will do the same from now on,
/// whatever came before. Only the simulator asks for it (sim/explore); nothing in a step does.
///
/// Each class that owns state of the protocols says in its add_to() what counts. Left out is what
/// is for people only, what other members imply, and what cannot matter any more. Moments count by
/// their distance from now. Requires: all sites of a plant that is compared have one clock.
/// Source: docs/testing.md "Every order".
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <ranges>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include "platform/base/rng.h"
#include "platform/base/time.h"
#include "platform/core/state_fields.h"
#include "platform/wire/peer_protocol.h"

namespace cohort::core {

class StateDigest {
 public:
  /// `silence`: sites may fall silent, so what is known of the gaps between their Status frames
  /// counts; else nothing is ever decided by it.
  explicit StateDigest(MonotonicTime now, bool silence = true) : now_(now), silence_(silence) {}

  bool silence() const { return silence_; }

  /// Values of any type that has add_to(), is a number, a list, an optional, a variant or a plain
  /// aggregate of these; in the order in which they are given.
  template <typename... Values>
  void add(const Values&... values) {
    (one(values), ...);
  }
  /// A moment that only counts while it is younger than that.
  void add_young(MonotonicTime time, Duration age) { add(std::min(now_ - time, age)); }
  std::uint64_t value() const { return value_; }

 private:
  void fold(std::uint64_t word) { value_ = mix64(value_ ^ word); }

  void one(MonotonicTime time) {
    // Nothing of the protocols happens at the start of time: it stands for "not yet".
    if (time == kNever || time == MonotonicTime{}) return fold(time == kNever ? 1 : 2);
    fold(static_cast<std::uint64_t>((time - now_).count()) << 2 | 3);
  }
  void one(Duration duration) { fold(static_cast<std::uint64_t>(duration.count())); }
  /// Why it goes, in words, is for people.
  void one(const wire::Removal& removal) { add(removal.site, removal.cause); }
  /// Its clocks are moments of this plant.
  void one(const wire::Status& status) {
    add(status.self, status.view, MonotonicTime(Duration(status.sent_ns)),
        MonotonicTime(Duration(status.echo_ns)), status.received, status.order_received,
        status.delivered_epoch, status.slow, status.log_blank, status.log_view, status.log_members,
        status.log_incarnations, status.log_overrides, status.founders, status.plant_version);
  }

  template <typename Value>
  void one(const Value& value) {
    if constexpr (requires { value.add_to(*this); }) {
      value.add_to(*this);
    } else if constexpr (std::is_enum_v<Value> || std::is_integral_v<Value>) {
      fold(static_cast<std::uint64_t>(value));
    } else if constexpr (std::is_floating_point_v<Value>) {
      fold(std::bit_cast<std::uint64_t>(static_cast<double>(value)));
    } else if constexpr (requires { value.has_value(), *value; }) {
      fold(value.has_value() ? 1 : 0);
      if (value.has_value()) one(*value);
    } else if constexpr (requires { value.first, value.second; }) {
      add(value.first, value.second);
    } else if constexpr (requires { value.get(), *value; }) {
      fold(value != nullptr ? 1 : 0);
      if (value != nullptr) one(*value);
    } else if constexpr (requires { value.valueless_by_exception(); }) {
      fold(value.index());
      std::visit([this](const auto& held) { this->one(held); }, value);
    } else if constexpr (std::ranges::input_range<const Value>) {
      list(value);
    } else {
      visit_fields(value, [this](const auto&... fields) { this->add(fields...); });
    }
  }

  template <typename List>
  void list(const List& values) {
    std::uint64_t count = 0;
    std::uint64_t bytes = 0;  // eight of them make a word
    for (const auto& value : values) {
      ++count;
      if constexpr (sizeof(value) == 1 && std::is_integral_v<std::decay_t<decltype(value)>>) {
        bytes = bytes << 8 | static_cast<std::uint8_t>(value);
        if (count % 8 == 0) fold(bytes);
      } else {
        one(value);
      }
    }
    fold(bytes);
    fold(count);
  }

  MonotonicTime now_;
  bool silence_;
  std::uint64_t value_ = 0x243f6a8885a308d3ULL;
};

}  // namespace cohort::core
