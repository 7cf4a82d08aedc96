#include "stations/adapters/memory_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace cohort::stations {
namespace {

std::unexpected<Error> io_error(const std::filesystem::path& path, std::string_view what) {
  return make_error(Errc::kIo,
                    fmt::format("{}: cannot {}: {}", path.string(), what, std::strerror(errno)));
}

Result<std::string> read_all(int descriptor, const std::filesystem::path& path) {
  std::string text;
  char part[64 * 1024];
  while (true) {
    const ssize_t count = ::read(descriptor, part, sizeof part);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return io_error(path, "read");
    if (count == 0) return text;
    text.append(part, static_cast<std::size_t>(count));
  }
}

}  // namespace

Result<MemoryFile> MemoryFile::open(const std::filesystem::path& path, Machine& machine) {
  std::error_code failed;
  std::filesystem::create_directories(path.parent_path(), failed);
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
  if (descriptor < 0) return io_error(path, "open");
  MemoryFile file(descriptor, path);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    return make_error(Errc::kIo,
                      fmt::format("{}: another process runs this station", path.string()));
  }
  const auto text = read_all(descriptor, path);
  if (!text) return std::unexpected(text.error());
  const auto restored = memory_log::restore(*text, machine);
  if (!restored) {
    return make_error(restored.error().code,
                      fmt::format("{}: {}", path.string(), restored.error().text));
  }
  if (restored->kept < text->size() &&
      ::ftruncate(descriptor, static_cast<off_t>(restored->kept)) != 0) {
    return io_error(path, "cut off the unfinished last line");
  }
  file.restored_ = *restored;
  return file;
}

MemoryFile::MemoryFile(MemoryFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      path_(std::move(other.path_)),
      restored_(std::move(other.restored_)) {}

MemoryFile::~MemoryFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<void> MemoryFile::append(std::string_view line) {
  std::string bytes(line);
  bytes.push_back('\n');
  std::string_view left = bytes;
  while (!left.empty()) {
    const ssize_t count = ::write(descriptor_, left.data(), left.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return io_error(path_, "append");
    left.remove_prefix(static_cast<std::size_t>(count));
  }
  if (::fdatasync(descriptor_) != 0) return io_error(path_, "write to disk");
  return {};
}

}  // namespace cohort::stations
