/// How moments, lengths of time and message fields read on the command line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "platform/base/time.h"
#include "platform/wire/message.h"

namespace cohort::cli {

inline constexpr std::string_view kNothing = "–";

/// "2026-11-23 10:46:13.250 UTC".
std::string moment_text(WallTime time);
/// A moment on the plant's own clock, which has no zone: "2 d 03:12:10" since the plant's start.
std::string plant_text(std::int64_t plant_ms);
/// A length of time: "850 ms", "12.5 s", "3 min 20 s", "34 h 12 min".
std::string length_text(std::int64_t ms);
/// "92.4 %" of a share from 0 to 1.
std::string share_text(double share);
/// At most seven digits that count, no superfluous zeros: 101300, 21.5, 0.0002, 2e-05.
std::string number_text(double value);
/// A measured value, rounded to where its error begins: 21.53 for an error of 0.2, 495 for 40.
std::string measured_text(double value, double error);
/// "1 lot", "2 lots".
std::string count_text(std::int64_t count, std::string_view one, std::string_view many);

/// The field's value in words; kNothing where it is absent. Lists of {name} read "a, b".
std::string field_text(const wire::Message& message, std::string_view name);
/// The field as a plant time, a length of time, a step ("S3", or "out" behind the last), a share.
std::string plant_field(const wire::Message& message, std::string_view name);
std::string length_field(const wire::Message& message, std::string_view name);
std::string step_field(const wire::Message& message, std::string_view name);
/// All fields as "name=value", in their order.
std::string fields_text(const wire::Message& message);

}  // namespace cohort::cli
