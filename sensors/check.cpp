#include "sensors/check.h"

#include <cmath>
#include <string>
#include <string_view>

#include "platform/base/limits.h"
#include "sensors/limits.h"

namespace cohort::sensors {

namespace {

Result<void> check_text(std::string_view what, const std::string& text, std::size_t limit) {
  if (text.empty()) {
    return make_error(Errc::kInvalidArgument, "a sensor's " + std::string(what) + " is empty");
  }
  if (text.size() > limit) {
    return make_error(Errc::kInvalidArgument, "a sensor's " + std::string(what) + " has " +
                                                  std::to_string(text.size()) +
                                                  " bytes; allowed: " + std::to_string(limit));
  }
  return {};
}

}  // namespace

Result<void> check_info(const SensorInfo& info) {
  if (auto ok = check_text("name", info.name, cohort::limits::kNameBytes); !ok) return ok;
  if (auto ok = check_text("station", info.station, cohort::limits::kNameBytes); !ok) return ok;
  if (auto ok = check_text("quantity", info.quantity, cohort::limits::kNameBytes); !ok) return ok;
  return check_text("unit", info.unit, limits::kUnitBytes);
}

Result<Reading> check_reading(Reading reading) {
  if (reading.time.ns < 0 || reading.time.ns > limits::kTimeNs) {
    return make_error(Errc::kInvalidArgument,
                      "a reading's time is " + std::to_string(reading.time.ns) +
                          " ns; allowed: 1970 to 2100, in ns since 1970-01-01T00:00:00Z");
  }
  if (reading.time_error_ns < 0 || reading.time_error_ns > limits::kTimeErrorNs) {
    return make_error(Errc::kInvalidArgument,
                      "a reading's time error is " + std::to_string(reading.time_error_ns) +
                          " ns; allowed: 0 to " + std::to_string(limits::kTimeErrorNs));
  }
  const bool no_number = !std::isfinite(reading.value) || !std::isfinite(reading.value_error) ||
                         reading.value_error < 0;
  if (no_number) reading.quality = Quality::kBad;
  if (reading.quality == Quality::kBad) {
    reading.value = 0;
    reading.value_error = 0;
  }
  return reading;
}

std::string clipped_reason(std::string text) {
  if (text.size() <= limits::kReasonBytes) return text;
  std::size_t end = limits::kReasonBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  text.resize(end);
  return text;
}

}  // namespace cohort::sensors
