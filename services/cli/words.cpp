#include "services/cli/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "stations/mini_fab.h"

namespace cohort::cli {

namespace {

constexpr std::int64_t kNsPerMs = 1'000'000;
constexpr std::int64_t kMsPerSecond = 1'000;
constexpr std::int64_t kMsPerMinute = 60 * kMsPerSecond;
constexpr std::int64_t kMsPerHour = 60 * kMsPerMinute;
constexpr std::int64_t kMsPerDay = 24 * kMsPerHour;

std::int64_t floor_divide(std::int64_t value, std::int64_t by) {
  return value / by - (value % by < 0 ? 1 : 0);
}

std::string list_text(const wire::Message::List& list) {
  std::string text;
  for (const wire::Message& item : list) {
    if (!text.empty()) text += ", ";
    text += item.size() == 1 && item.has("name") ? item.text("name") : fields_text(item);
  }
  return text.empty() ? std::string(kNothing) : text;
}

struct ValueText {
  std::string operator()(bool value) const { return value ? "yes" : "no"; }
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(double value) const { return number_text(value); }
  std::string operator()(const std::string& value) const {
    return value.empty() ? std::string(kNothing) : value;
  }
  std::string operator()(const Bytes& value) const {
    return count_text(static_cast<std::int64_t>(value.size()), "byte", "bytes");
  }
  std::string operator()(ProcessId value) const { return to_string(value); }
  std::string operator()(GroupId value) const { return to_string(value); }
  std::string operator()(const wire::Message& value) const { return fields_text(value); }
  std::string operator()(const wire::Message::List& value) const { return list_text(value); }
};

}  // namespace

std::string moment_text(WallTime time) {
  using namespace std::chrono;
  const std::int64_t ms = floor_divide(time.ns, kNsPerMs);
  const std::int64_t days = floor_divide(ms, kMsPerDay);
  const year_month_day date{sys_days{std::chrono::days{days}}};
  const std::int64_t rest = ms - days * kMsPerDay;
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:03} UTC", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     rest / kMsPerHour, rest / kMsPerMinute % 60, rest / kMsPerSecond % 60,
                     rest % kMsPerSecond);
}

std::string plant_text(std::int64_t plant_ms) {
  const std::int64_t days = floor_divide(plant_ms, kMsPerDay);
  const std::int64_t rest = plant_ms - days * kMsPerDay;
  return fmt::format("{} d {:02}:{:02}:{:02}", days, rest / kMsPerHour, rest / kMsPerMinute % 60,
                     rest / kMsPerSecond % 60);
}

std::string length_text(std::int64_t ms) {
  if (ms < 0) return "-" + length_text(-ms);
  if (ms < kMsPerSecond) return fmt::format("{} ms", ms);
  if (ms < kMsPerMinute) {
    return number_text(static_cast<double>(ms / 100) / 10) + " s";
  }
  if (ms < kMsPerHour) {
    return fmt::format("{} min {} s", ms / kMsPerMinute, ms / kMsPerSecond % 60);
  }
  return fmt::format("{} h {:02} min", ms / kMsPerHour, ms / kMsPerMinute % 60);
}

std::string share_text(double share) {
  return fmt::format("{:.1f} %", share * 100);
}

std::string number_text(double value) {
  const std::string text = fmt::format("{:.7g}", value);
  return text == "-0" ? "0" : text;
}

std::string measured_text(double value, double error) {
  constexpr int kMostDecimals = 9;
  if (!(error > 0) || !std::isfinite(error)) return number_text(value);
  const int decimals = 1 - static_cast<int>(std::floor(std::log10(error)));
  return fmt::format("{:.{}f}", value, std::clamp(decimals, 0, kMostDecimals));
}

std::string count_text(std::int64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

std::string field_text(const wire::Message& message, std::string_view name) {
  const wire::Message::Value* value = message.find(name);
  return value == nullptr ? std::string(kNothing) : std::visit(ValueText{}, *value);
}

std::string plant_field(const wire::Message& message, std::string_view name) {
  return message.has(name) ? plant_text(message.integer(name)) : std::string(kNothing);
}

std::string length_field(const wire::Message& message, std::string_view name) {
  return message.has(name) ? length_text(message.integer(name)) : std::string(kNothing);
}

std::string step_field(const wire::Message& message, std::string_view name) {
  const wire::Message::Value* value = message.find(name);
  const auto* number = value == nullptr ? nullptr : std::get_if<std::int64_t>(value);
  if (number == nullptr) return field_text(message, name);
  if (*number <= 0) return std::string(kNothing);
  return *number > stations::kSteps ? "out" : "S" + std::to_string(*number);
}

std::string fields_text(const wire::Message& message) {
  std::string text;
  for (const auto& [name, value] : message.fields()) {
    if (!text.empty()) text += ' ';
    text += name + "=" + std::visit(ValueText{}, value);
  }
  return text;
}

}  // namespace cohort::cli
