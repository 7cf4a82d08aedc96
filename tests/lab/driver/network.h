/// The lab's network: one namespace a site, and a router between them that can lose packets.
///
/// Site N has the address 10.77.N.2; the router is 10.77.N.1 and forwards. Namespaces have no names
/// and are held by open descriptors: they are gone when the lab is, however it ends.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "platform/base/result.h"

namespace cohort::lab {

/// What a machine must allow. Errors say what is missing.
Result<void> may_make_namespaces();

class Network {
 public:
  static constexpr std::uint16_t kProxyPort = 9000;

  explicit Network(std::size_t sites) : spaces_(sites + 1, -1) {}
  ~Network();
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  /// Makes namespaces, cables and routes. Needs root, ip and nft.
  Result<void> set_up();

  static std::string address(std::size_t site);
  /// The namespace of a site, from 1; 0 is the router's.
  int space(std::size_t site) const { return spaces_.at(site); }

  /// From a site, to a site.
  using Directions = std::vector<std::pair<std::size_t, std::size_t>>;
  /// Packets of these directions are lost from one moment on, so many of a hundred, at random.
  /// Rules add up.
  Result<void> lose(const Directions& directions, unsigned percent = 100);
  /// Every packet of these directions is answered by a TCP reset.
  Result<void> reject(const Directions& directions);
  /// No loss and no rejection any more; returns how many packets were dropped or rejected.
  Result<std::uint64_t> heal();
  /// Sends the sites' new connections to the fault proxy in the router's namespace.
  Result<void> redirect_to_proxy();

 private:
  Result<void> cable(std::size_t site);
  Result<void> nft(const std::string& commands);

  std::vector<int> spaces_;
};

}  // namespace cohort::lab
