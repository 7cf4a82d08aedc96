#include "deploy/driver/ports.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <utility>

namespace cohort::deploy {
namespace {

namespace fs = std::filesystem;

/// A socket that is closed at the end of its scope.
class Socket {
 public:
  explicit Socket(int family) : file_(socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
  ~Socket() {
    if (file_ >= 0) close(file_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int file() const { return file_; }

 private:
  int file_;
};

/// An address in the form that the system takes.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

std::optional<SocketAddress> resolve(const std::string& address, std::uint16_t port) {
  SocketAddress result;
  auto* four = reinterpret_cast<sockaddr_in*>(&result.storage);
  if (inet_pton(AF_INET, address.c_str(), &four->sin_addr) == 1) {
    four->sin_family = AF_INET;
    four->sin_port = htons(port);
    result.size = sizeof(sockaddr_in);
    return result;
  }
  auto* six = reinterpret_cast<sockaddr_in6*>(&result.storage);
  if (inet_pton(AF_INET6, address.c_str(), &six->sin6_addr) == 1) {
    six->sin6_family = AF_INET6;
    six->sin6_port = htons(port);
    result.size = sizeof(sockaddr_in6);
    return result;
  }
  return std::nullopt;
}

/// 0, or the error of an attempt to listen there.
int listen_error(const std::string& address, std::uint16_t port) {
  const std::optional<SocketAddress> where = resolve(address, port);
  if (!where) return EINVAL;
  const Socket trial(where->storage.ss_family);
  const int on = 1;
  setsockopt(trial.file(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (bind(trial.file(), where->get(), where->size) != 0) return errno;
  return listen(trial.file(), 1) == 0 ? 0 : errno;
}

/// The inode of the socket that listens on the port, at the IPv4 address or at all addresses, from
/// the kernel's table; "" where there is none.
std::string listener_inode(const std::string& address, std::uint16_t port) {
  in_addr number{};
  inet_pton(AF_INET, address.c_str(), &number);
  const std::string here = fmt::format("{:08X}:{:04X}", number.s_addr, port);
  const std::string everywhere = fmt::format("{:08X}:{:04X}", 0, port);
  std::ifstream file("/proc/net/tcp");
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string slot, local, remote, state, queues, timer, retransmits, user, timeout, inode;
    words >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> user >>
        timeout >> inode;
    constexpr const char* kListening = "0A";
    if (state == kListening && (local == here || local == everywhere)) return inode;
  }
  return {};
}

/// "process 4711 (cohortd)", or what can be said without more rights.
std::string holder(const std::string& address, std::uint16_t port) {
  const std::string inode = listener_inode(address, port);
  const std::string wanted = "socket:[" + inode + "]";
  std::error_code error;
  for (const auto& process : fs::directory_iterator("/proc", error)) {
    const std::string number = process.path().filename().string();
    if (number.find_first_not_of("0123456789") != std::string::npos) continue;
    const fs::path files = process.path() / "fd";
    for (const auto& file : fs::directory_iterator(files, error)) {
      if (inode.empty() || fs::read_symlink(file.path(), error) != wanted) continue;
      std::string name;
      std::ifstream(process.path() / "comm") >> name;
      return fmt::format("process {} ({})", number, name);
    }
  }
  return "a process that this user may not see";
}

void check_port(const std::string& what, const std::string& address, std::uint16_t port,
                std::vector<std::string>& objections) {
  const int error = listen_error(address, port);
  if (error == EADDRINUSE) {
    objections.push_back(fmt::format("port {} of {} ({}) is taken by {}", port, address, what,
                                     holder(address, port)));
  } else if (error != 0) {
    objections.push_back(fmt::format("cannot listen on port {} of {} ({}): {}", port, address, what,
                                     std::strerror(error)));
  }
}

}  // namespace

std::vector<std::string> taken_ports(const config::PlantFile& plant) {
  std::vector<std::string> objections;
  for (const config::Site& site : plant.sites) {
    check_port("site " + site.name, site.address, site.port, objections);
  }
  for (const config::Station& station : plant.stations) {
    check_port("station " + station.name, station.address, station.port, objections);
  }
  return objections;
}

bool answers(const std::string& address, std::uint16_t port) {
  const std::optional<SocketAddress> where = resolve(address, port);
  if (!where) return false;
  const Socket trial(where->storage.ss_family);
  return connect(trial.file(), where->get(), where->size) == 0;
}

bool answers(const std::string& socket_path) {
  sockaddr_un where{};
  if (socket_path.size() >= sizeof(where.sun_path)) return false;
  where.sun_family = AF_UNIX;
  std::memcpy(where.sun_path, socket_path.c_str(), socket_path.size() + 1);
  const Socket trial(AF_UNIX);
  return connect(trial.file(), reinterpret_cast<const sockaddr*>(&where), sizeof(where)) == 0;
}

}  // namespace cohort::deploy
