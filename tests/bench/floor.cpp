#include "tests/bench/floor.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <utility>
#include <vector>

#include "tests/bench/report.h"

namespace cohort::bench {

namespace {

constexpr std::size_t kBytes = 64;
using Packet = std::array<char, kBytes>;

using Pair = std::pair<int, int>;

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::_Exit(1);
}

Pair unix_pair() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0) give_up("socketpair");
  return {ends[0], ends[1]};
}

Pair tcp_pair() {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener, generic, size) != 0 || ::listen(listener, 1) != 0) give_up("listen");
  ::getsockname(listener, generic, &size);
  const int near = ::socket(AF_INET, SOCK_STREAM, 0);
  if (::connect(near, generic, size) != 0) give_up("connect");
  const int far = ::accept(listener, nullptr, nullptr);
  ::close(listener);
  const int on = 1;
  for (const int end : {near, far}) {
    ::setsockopt(end, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  return {near, far};
}

void write_packet(int to) {
  const Packet packet{};
  if (::write(to, packet.data(), packet.size()) != ssize_t{kBytes}) std::_Exit(0);
}

void read_packet(int from) {
  Packet packet;
  std::size_t have = 0;
  while (have < kBytes) {
    const ssize_t more = ::read(from, packet.data() + have, kBytes - have);
    if (more <= 0) std::_Exit(0);  // the measuring process has ended
    have += static_cast<std::size_t>(more);
  }
}

/// Which end a packet that came over one goes to.
struct Route {
  int from = -1;
  std::vector<int> to;
};

/// A process that passes packets on, for as long as the measuring process lives.
pid_t start_relay(std::vector<Route> routes) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::vector<pollfd> waits;
  for (const Route& route : routes) waits.push_back({route.from, POLLIN, 0});
  for (;;) {
    if (routes.size() > 1) ::poll(waits.data(), waits.size(), -1);
    for (std::size_t i = 0; i < routes.size(); ++i) {
      if (routes.size() > 1 && (waits[i].revents & (POLLIN | POLLHUP)) == 0) continue;
      read_packet(routes[i].from);
      for (const int to : routes[i].to) write_packet(to);
    }
  }
}

void measure(const char* mode, int end, unsigned answers, std::uint64_t iterations,
             const std::vector<pid_t>& children) {
  Latencies times;
  for (std::uint64_t i = 0; i < iterations; ++i) {
    const std::uint64_t started = now_ns();
    write_packet(end);
    for (unsigned k = 0; k < answers; ++k) read_packet(end);
    times.add(now_ns() - started);
  }
  for (const pid_t child : children) {
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
  }
  Line line("floor");
  line.add("mode", mode);
  times.report(line);
}

void ping_pong(const char* mode, Pair pair, std::uint64_t iterations) {
  std::vector<Route> routes;
  routes.push_back({pair.second, {pair.second}});
  measure(mode, pair.first, 1, iterations, {start_relay(std::move(routes))});
}

/// Site 1: the asking process has a member beside it; its daemon's way to it is `home`.
void relay(const char* mode, unsigned members, std::uint64_t iterations) {
  const Pair home = unix_pair();
  const Pair own_member = unix_pair();
  std::vector<pid_t> children{start_relay({{own_member.second, {own_member.second}}})};
  Route question{home.second, {}};
  std::vector<Route> at_home{{own_member.first, {home.second}}};
  for (unsigned other = 1; other < members; ++other) {
    const Pair link = tcp_pair();
    const Pair member = unix_pair();
    children.push_back(start_relay({{member.second, {member.second}}}));
    children.push_back(start_relay({{link.second, {member.first}}, {member.first, {link.second}}}));
    question.to.push_back(link.first);
    at_home.push_back({link.first, {home.second}});
  }
  question.to.push_back(own_member.first);
  at_home.push_back(std::move(question));
  children.push_back(start_relay(std::move(at_home)));
  measure(mode, home.first, members, iterations, children);
}

}  // namespace

int run_floor(std::uint64_t iterations) {
  ping_pong("tcp", tcp_pair(), iterations);
  ping_pong("unix", unix_pair(), iterations);
  relay("relay", 3, iterations);
  relay("relay-five", 5, iterations);
  return 0;
}

}  // namespace cohort::bench
