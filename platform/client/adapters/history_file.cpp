#include "platform/client/adapters/history_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace cohort::client {

HistoryFile::HistoryFile(std::filesystem::path folder, std::string program)
    : folder_(std::move(folder)), program_(std::move(program)) {}

HistoryFile::~HistoryFile() {
  flush();
  if (descriptor_ >= 0) ::close(descriptor_);
}

void HistoryFile::add(const wire::HistoryRecord& record) {
  if (!record.process.valid()) return;
  if (descriptor_ < 0) open(record.process);
  if (failed_) return;
  last_.process = record.process;
  last_.sequence = record.sequence;
  last_.kind = record.kind;
  buffer_ += wire::to_line(record);
  buffer_ += '\n';
  if (record.kind == wire::HistoryKind::kSend) flush();
}

void HistoryFile::end(std::string_view why, MonotonicTime now) {
  if (descriptor_ >= 0 && last_.kind != wire::HistoryKind::kEnd) {
    wire::HistoryRecord end;
    end.kind = wire::HistoryKind::kEnd;
    end.process = last_.process;
    end.sequence = last_.sequence + 1;
    end.time_ns = now.time_since_epoch().count();
    end.text = why;
    add(end);
  }
  flush();
}

void HistoryFile::open(ProcessId process) {
  if (failed_) return;
  std::error_code ignored;  // the open below reports what is wrong
  std::filesystem::create_directories(folder_, ignored);
  const SiteLife life = process.life();
  const auto path = folder_ / fmt::format("{}-{}.{}.{}.history", program_, life.site.value,
                                          life.incarnation.value, process.counter());
  constexpr mode_t kMode = 0644;
  descriptor_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, kMode);
  if (descriptor_ < 0) fail();
}

void HistoryFile::flush() {
  std::size_t written = 0;
  while (written < buffer_.size() && !failed_) {
    const ssize_t size = ::write(descriptor_, buffer_.data() + written, buffer_.size() - written);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) {
      fail();
    } else {
      written += static_cast<std::size_t>(size);
    }
  }
  buffer_.clear();
}

void HistoryFile::fail() {
  failed_ = true;
  if (on_failure) {
    on_failure(
        fmt::format("the history in {} ends here: {}", folder_.native(), std::strerror(errno)));
  }
}

}  // namespace cohort::client
