/// The file behind a machine's memory: read at the start, appended to before a start is answered.
#pragma once

#include <filesystem>
#include <string_view>

#include "platform/base/result.h"
#include "stations/memory_log.h"

namespace cohort::stations {

/// Movable, closes its file. One process at a time: the file is locked.
class MemoryFile {
 public:
  /// Opens or creates the file (and its folder), gives its contents to the machine and cuts off an
  /// unfinished last line.
  /// Errors: kIo (cannot be opened, read or locked: another process runs this station), kCorrupt
  /// (the text names the file and the line; nothing is changed).
  static Result<MemoryFile> open(const std::filesystem::path& path, Machine& machine);
  MemoryFile(MemoryFile&& other) noexcept;
  MemoryFile& operator=(MemoryFile&& other) = delete;
  ~MemoryFile();

  const memory_log::Restored& restored() const { return restored_; }

  /// Appends one line. Ensures: it is on disk. Errors: kIo: what is on disk is unknown, so the
  /// station has to stop. Blocks: for the disk.
  Result<void> append(std::string_view line);

 private:
  MemoryFile(int descriptor, std::filesystem::path path)
      : descriptor_(descriptor), path_(std::move(path)) {}

  int descriptor_ = -1;
  std::filesystem::path path_;
  memory_log::Restored restored_;
};

}  // namespace cohort::stations
