/// One daemon a data directory: a locked file that says who holds it.
#pragma once

#include <filesystem>

#include "platform/base/result.h"

namespace cohort::daemon {

class LockFile {
 public:
  /// Creates the folder and the file where they are absent. Errors: kAlreadyExists (the text names
  /// the holding process), kIo. Blocks: never.
  static Result<LockFile> take(const std::filesystem::path& path);

  LockFile(LockFile&& other) noexcept;
  LockFile& operator=(LockFile&&) = delete;
  ~LockFile();

 private:
  explicit LockFile(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace cohort::daemon
