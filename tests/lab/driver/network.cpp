#include "lab/driver/network.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <regex>
#include <thread>

#include "lab/driver/child.h"

namespace cohort::lab {

namespace {

/// A new network namespace, as a descriptor. A thread of its own enters it and ends.
int make_space() {
  int space = -1;
  std::thread([&space] {
    if (unshare(CLONE_NEWNET) == 0) space = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
  }).join();
  return space;
}

}  // namespace

Result<void> may_make_namespaces() {
  const int space = make_space();
  if (space < 0) {
    return make_error(Errc::kIo, "no network namespaces here (root or CAP_SYS_ADMIN is needed)");
  }
  close(space);
  return {};
}

Network::~Network() {
  for (const int space : spaces_) {
    if (space >= 0) close(space);
  }
}

std::string Network::address(std::size_t site) {
  return fmt::format("10.77.{}.2", site);
}

Result<void> Network::set_up() {
  for (int& space : spaces_) {
    space = make_space();
    if (space < 0) {
      return make_error(Errc::kIo, fmt::format("no network namespace: {}", std::strerror(errno)));
    }
  }
  const int router = space(0);
  if (auto done = must_run({"ip", "link", "set", "lo", "up"}, router); !done) return done;
  if (auto done = must_run({"sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"}, router); !done) {
    return done;
  }
  for (std::size_t site = 1; site < spaces_.size(); ++site) {
    if (auto done = cable(site); !done) return done;
  }
  return nft(
      "table ip lab {\n"
      " chain arriving {\n  type nat hook prerouting priority -100; policy accept;\n }\n"
      " chain passing {\n  type filter hook forward priority 0; policy accept;\n }\n"
      "}\n");
}

Result<void> Network::cable(std::size_t site) {
  const std::string router_end = fmt::format("lab{}", site);
  const std::string other = fmt::format("/proc/{}/fd/{}", getpid(), space(site));
  const std::string gateway = fmt::format("10.77.{}.1", site);
  const std::vector<std::pair<int, std::vector<std::string>>> steps{
      {0, {"ip", "link", "add", router_end, "type", "veth", "peer", "name", "site0"}},
      {0, {"ip", "link", "set", "site0", "netns", other}},
      {0, {"ip", "address", "add", gateway + "/24", "dev", router_end}},
      {0, {"ip", "link", "set", router_end, "up"}},
      {1, {"ip", "link", "set", "lo", "up"}},
      {1, {"ip", "address", "add", address(site) + "/24", "dev", "site0"}},
      {1, {"ip", "link", "set", "site0", "up"}},
      {1, {"ip", "route", "add", "default", "via", gateway}},
  };
  for (const auto& [where, words] : steps) {
    if (auto done = must_run(words, space(where == 0 ? 0 : site)); !done) return done;
  }
  return {};
}

Result<void> Network::nft(const std::string& commands) {
  return must_run({"sh", "-c", "nft -f - <<'END'\n" + commands + "\nEND"}, space(0));
}

Result<void> Network::lose(const Directions& directions, unsigned percent) {
  const std::string chance =
      percent >= 100 ? "" : fmt::format("numgen random mod 100 < {} ", percent);
  std::string rules;
  for (const auto& [from, to] : directions) {
    rules += fmt::format("add rule ip lab passing ip saddr {} ip daddr {} {}counter drop\n",
                         address(from), address(to), chance);
  }
  return nft(rules);
}

Result<void> Network::reject(const Directions& directions) {
  std::string rules;
  for (const auto& [from, to] : directions) {
    rules += fmt::format(
        "add rule ip lab passing ip saddr {} ip daddr {} meta l4proto tcp counter reject with tcp "
        "reset\n",
        address(from), address(to));
  }
  return nft(rules);
}

Result<std::uint64_t> Network::heal() {
  const auto listed = run({"nft", "list", "chain", "ip", "lab", "passing"}, space(0));
  if (!listed) return std::unexpected(listed.error());
  std::uint64_t packets = 0;
  const std::regex counter("counter packets ([0-9]+)");
  for (std::sregex_iterator at(listed->output.begin(), listed->output.end(), counter), end;
       at != end; ++at) {
    packets += std::stoull((*at)[1].str());
  }
  if (auto done = nft("flush chain ip lab passing"); !done) return std::unexpected(done.error());
  return packets;
}

Result<void> Network::redirect_to_proxy() {
  return nft(
      fmt::format("add rule ip lab arriving meta l4proto tcp counter redirect to :{}", kProxyPort));
}

}  // namespace cohort::lab
