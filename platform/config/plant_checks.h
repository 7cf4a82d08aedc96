/// What must hold between the parts of a plant file: unique names, numbers and ports. Internal to
/// the config library.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "platform/config/reader.h"

namespace cohort::config {

/// Remembers where each name (or number, or port) was used first and notes a fault at the second.
class UniqueCheck {
 public:
  /// `what` in words: "name", "number".
  UniqueCheck(std::string what, std::string allowed)
      : what_(std::move(what)), allowed_(std::move(allowed)) {}

  void use(const std::string& value, std::string_view key, TableReader& reader);

 private:
  std::string what_;
  std::string allowed_;
  std::map<std::string, std::uint32_t> first_lines_;
};

/// Ports of one address; an address that stands for all ("0.0.0.0", "::") clashes with each.
class PortCheck {
 public:
  void use(const std::string& address, std::uint16_t port, TableReader& reader);

 private:
  std::map<std::uint16_t, std::map<std::string, std::uint32_t>> uses_;
};

/// A name that is also part of file names and group names: 1 to limits::kNameBytes letters, digits,
/// '-' or '_', beginning with a letter.
bool is_plain_name(std::string_view name);
inline constexpr const char* kPlainNameRule =
    "1 to 64 letters, digits, '-' or '_', beginning with a letter";

/// True for an address that never leaves its host.
bool is_loopback(const std::string& address);

}  // namespace cohort::config
