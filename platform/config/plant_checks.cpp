#include "platform/config/plant_checks.h"

#include "platform/config/plant_file.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>

#include "platform/base/limits.h"

namespace cohort::config {

void UniqueCheck::use(const std::string& value, std::string_view key, TableReader& reader) {
  const auto [place, fresh] = first_lines_.emplace(value, reader.line(key));
  if (fresh) return;
  reader.fault(key, fmt::format("the {} {} is taken in line {}", what_, value, place->second),
               allowed_);
}

void PortCheck::use(const std::string& address, std::uint16_t port, TableReader& reader) {
  auto& users = uses_[port];
  const auto stands_for_all = [](const std::string& text) {
    return text == "0.0.0.0" || text == "::";
  };
  const auto clash = std::find_if(users.begin(), users.end(), [&](const auto& user) {
    return user.first == address || stands_for_all(user.first) || stands_for_all(address);
  });
  if (clash != users.end()) {
    reader.fault(
        "port", fmt::format("port {} of {} is taken in line {}", port, clash->first, clash->second),
        "a port that nothing else of the plant uses at this address");
  }
  users.emplace(address, reader.line("port"));
}

bool is_plain_name(std::string_view name) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto is_allowed = [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return !name.empty() && name.size() <= limits::kNameBytes && is_letter(name.front()) &&
         std::all_of(name.begin(), name.end(), is_allowed);
}

bool is_loopback(const std::string& address) {
  return address.starts_with("127.") || address == "::1";
}

bool is_address(const std::string& address) {
  in_addr four{};
  in6_addr six{};
  return inet_pton(AF_INET, address.c_str(), &four) == 1 ||
         inet_pton(AF_INET6, address.c_str(), &six) == 1;
}

}  // namespace cohort::config
