#include "platform/daemon/lock_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace cohort::daemon {

namespace {

std::string holder_of(int descriptor) {
  std::array<char, 32> text{};
  const ssize_t size = ::pread(descriptor, text.data(), text.size(), 0);
  if (size <= 0) return "another process";
  const std::string pid(text.data(), static_cast<std::size_t>(size));
  return "process " + pid.substr(0, pid.find('\n'));
}

}  // namespace

Result<LockFile> LockFile::take(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  if (error) {
    return make_error(Errc::kIo, fmt::format("cannot create the folder {}: {}",
                                             path.parent_path().native(), error.message()));
  }
  constexpr mode_t kMode = 0644;
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kMode);
  if (descriptor < 0) {
    return make_error(Errc::kIo,
                      fmt::format("cannot open {}: {}", path.native(), std::strerror(errno)));
  }
  LockFile lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) {
      return make_error(Errc::kIo,
                        fmt::format("cannot lock {}: {}", path.native(), std::strerror(errno)));
    }
    return make_error(Errc::kAlreadyExists,
                      fmt::format("this site runs already: {} holds {}; stop it first",
                                  holder_of(descriptor), path.native()));
  }
  const std::string pid = fmt::format("{}\n", ::getpid());
  const bool written =
      ::ftruncate(descriptor, 0) == 0 &&
      ::pwrite(descriptor, pid.data(), pid.size(), 0) == static_cast<ssize_t>(pid.size());
  if (!written) {
    return make_error(Errc::kIo,
                      fmt::format("cannot write {}: {}", path.native(), std::strerror(errno)));
  }
  return lock;
}

LockFile::LockFile(LockFile&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

LockFile::~LockFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace cohort::daemon
