/// What makes a sensor's description or a reading acceptable; used wherever one enters.
#pragma once

#include <string>

#include "platform/base/result.h"
#include "sensors/reading.h"

namespace cohort::sensors {

/// Errors: kInvalidArgument: an empty or overlong name, station, quantity or unit.
Result<void> check_info(const SensorInfo& info);

/// A value that is no finite number, or an error that is none, makes the reading kBad (value and
/// error 0), so that it is kept as "there was a reading, but no value".
/// Errors: kInvalidArgument: a negative or absurd time error, a time before 1970 or after 2100.
Result<Reading> check_reading(Reading reading);

/// The text cut to limits::kReasonBytes, never in the middle of a UTF-8 character.
std::string clipped_reason(std::string text);

}  // namespace cohort::sensors
