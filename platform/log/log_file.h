/// The log of one executable: a file that rotates by size, and warnings and errors on stderr too.
/// Times in UTC, ISO 8601. For executables and their adapters only: libraries return errors.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "platform/base/result.h"

namespace cohort {

enum class LogLevel : std::uint8_t {
  kDebug,    ///< single steps of the protocols
  kInfo,     ///< views, starts and stops, recovery
  kWarning,  ///< degraded, goes on
  kError,    ///< a person must act
};

class LogFile {
 public:
  /// `file` empty: stderr only. `verbose`: debug records too, and information on stderr.
  /// Creates the file's folder. Errors: kIo.
  static Result<std::unique_ptr<LogFile>> open(const std::string& program,
                                               const std::filesystem::path& file, bool verbose);
  ~LogFile();

  void write(LogLevel level, std::string_view text);
  /// Hands over what waits, before the process dies on purpose.
  void flush();

 private:
  struct Parts;
  explicit LogFile(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace cohort
