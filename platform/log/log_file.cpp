#include "platform/log/log_file.h"

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <utility>
#include <vector>

namespace cohort {

namespace {

constexpr std::size_t kFileBytes = 16 * 1024 * 1024;
constexpr std::size_t kOldFiles = 3;

spdlog::level::level_enum level_of(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      break;
  }
  return spdlog::level::err;
}

}  // namespace

struct LogFile::Parts {
  std::unique_ptr<spdlog::logger> logger;
};

LogFile::LogFile(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
LogFile::~LogFile() = default;

Result<std::unique_ptr<LogFile>> LogFile::open(const std::string& program,
                                               const std::filesystem::path& file, bool verbose) {
  std::vector<spdlog::sink_ptr> sinks;
  auto to_stderr = std::make_shared<spdlog::sinks::stderr_sink_st>();
  to_stderr->set_level(verbose ? spdlog::level::info : spdlog::level::warn);
  sinks.push_back(std::move(to_stderr));
  if (!file.empty()) {
    std::error_code error;
    std::filesystem::create_directories(file.parent_path(), error);
    if (error) {
      return make_error(Errc::kIo, fmt::format("cannot create the folder {}: {}",
                                               file.parent_path().native(), error.message()));
    }
    try {
      sinks.push_back(std::make_shared<spdlog::sinks::rotating_file_sink_st>(
          file.native(), kFileBytes, kOldFiles));
    } catch (const spdlog::spdlog_ex& failure) {
      return make_error(Errc::kIo, fmt::format("cannot write the log: {}", failure.what()));
    }
  }
  auto parts = std::make_unique<Parts>();
  parts->logger = std::make_unique<spdlog::logger>(program, sinks.begin(), sinks.end());
  parts->logger->set_formatter(std::make_unique<spdlog::pattern_formatter>(
      "%Y-%m-%dT%H:%M:%S.%eZ %n %l %v", spdlog::pattern_time_type::utc));
  parts->logger->set_level(verbose ? spdlog::level::debug : spdlog::level::info);
  parts->logger->flush_on(spdlog::level::info);
  // A full disk must not end the program: its log is lost, not its work.
  parts->logger->set_error_handler([](const std::string&) {});
  return std::unique_ptr<LogFile>(new LogFile(std::move(parts)));
}

void LogFile::write(LogLevel level, std::string_view text) {
  parts_->logger->log(level_of(level), "{}", text);
}

void LogFile::flush() {
  parts_->logger->flush();
}

}  // namespace cohort
