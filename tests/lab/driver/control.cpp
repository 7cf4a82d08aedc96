#include "lab/driver/control.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace cohort::lab {

Result<std::string> ask(const std::filesystem::path& socket_path, const std::string& line) {
  const int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = socket_path.string();
  if (path.size() >= sizeof address.sun_path) {
    close(descriptor);
    return make_error(Errc::kInvalidArgument, path + ": too long for a socket");
  }
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const timeval patience{2, 0};
  setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  std::string answer;
  const std::string text = line + "\n";
  if (connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
      send(descriptor, text.data(), text.size(), MSG_NOSIGNAL) ==
          static_cast<ssize_t>(text.size())) {
    std::array<char, 512> piece;
    while (!answer.ends_with('\n')) {
      const ssize_t count = recv(descriptor, piece.data(), piece.size(), 0);
      if (count <= 0) break;
      answer.append(piece.data(), static_cast<std::size_t>(count));
    }
  }
  close(descriptor);
  if (!answer.ends_with('\n')) {
    return make_error(Errc::kIo, path + " does not answer: " + std::strerror(errno));
  }
  answer.pop_back();
  return answer;
}

}  // namespace cohort::lab
