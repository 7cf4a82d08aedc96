#include "platform/daemon/restart.h"

#include <fmt/format.h>
#include <linux/close_range.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>

namespace cohort::daemon {

namespace {
constexpr const char* kVariable = "COHORTD_RESTARTS";
}  // namespace

RestartHistory RestartHistory::from_environment() {
  const char* text = std::getenv(kVariable);
  return text ? parse(text) : RestartHistory();
}

RestartHistory RestartHistory::parse(std::string_view text) {
  RestartHistory history;
  while (!text.empty()) {
    const std::string_view field = text.substr(0, text.find(','));
    std::int64_t at_ms = 0;
    const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), at_ms);
    if (error == std::errc() && end == field.data() + field.size()) {
      history.restarts_.push_back(MonotonicTime(millis(at_ms)));
    }
    text.remove_prefix(std::min(text.size(), field.size() + 1));
  }
  return history;
}

std::string RestartHistory::to_text() const {
  std::string text;
  for (const MonotonicTime at : restarts_) {
    if (!text.empty()) text += ',';
    text += std::to_string(to_millis(at.time_since_epoch()));
  }
  return text;
}

std::optional<Duration> RestartHistory::note(MonotonicTime now) {
  std::erase_if(restarts_, [&](MonotonicTime at) { return at > now || now - at > kRestartWindow; });
  if (restarts_.size() >= kRestartsMost) return std::nullopt;
  restarts_.push_back(now);
  return kRestartDelay * static_cast<std::int64_t>(restarts_.size() - 1);
}

std::string start_again(char** argv, const RestartHistory& history) {
  constexpr unsigned kFirstAfterStderr = 3;
  if (::setenv(kVariable, history.to_text().c_str(), 1) != 0) return std::strerror(errno);
  if (::close_range(kFirstAfterStderr, ~0U, CLOSE_RANGE_CLOEXEC) != 0) return std::strerror(errno);
  ::execv("/proc/self/exe", argv);
  return fmt::format("cannot start the program again: {}", std::strerror(errno));
}

}  // namespace cohort::daemon
