/// Jobs and their status as JSON, shared by the protocol and the machine's memory file.
/// Internal to the stations' library.
#pragma once

#include <nlohmann/json.hpp>

#include "platform/base/result.h"
#include "stations/equipment.h"

namespace cohort::stations::json {

nlohmann::json to_json(const Job& job);
Result<Job> job_from(const nlohmann::json& value);

nlohmann::json to_json(const JobStatus& status);
Result<JobStatus> status_from(const nlohmann::json& value);

inline constexpr std::int64_t kTimeMost = std::int64_t{1} << 53;  ///< exact in every JSON reader

}  // namespace cohort::stations::json
