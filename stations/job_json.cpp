#include "stations/job_json.h"

#include <fmt/format.h>

#include "stations/json_fields.h"
#include "stations/limits.h"

namespace cohort::stations::json {

nlohmann::json to_json(const Job& job) {
  nlohmann::json value{{"key", job.key},   {"station", job.station}, {"step", job.step},
                       {"lots", job.lots}, {"product", job.product}, {"recipe", job.recipe}};
  if (!job.from.empty() || !job.to.empty()) {
    value["from"] = job.from;
    value["to"] = job.to;
  }
  return value;
}

Result<Job> job_from(const nlohmann::json& value) {
  FieldReader fields(value, "job");
  Job job;
  job.key = fields.text("key", limits::kNameBytes);
  job.station = fields.text("station", limits::kNameBytes);
  job.step = static_cast<std::uint8_t>(fields.integer("step", 1, kOutLeg));
  job.lots = fields.texts("lots", limits::kLotsPerJob, limits::kNameBytes);
  job.product = fields.text("product", limits::kNameBytes);
  job.recipe = fields.text("recipe", limits::kNameBytes);
  if (fields.has("from") || fields.has("to")) {
    job.from = fields.text("from", limits::kNameBytes);
    job.to = fields.text("to", limits::kNameBytes);
  }
  if (auto finished = fields.finish(); !finished) return std::unexpected(finished.error());
  return job;
}

nlohmann::json to_json(const JobStatus& status) {
  return {{"key", status.key},
          {"state", to_string(status.state)},
          {"started_ms", status.started_ms},
          {"completed_ms", status.completed_ms},
          {"setup_ms", status.setup_ms},
          {"duplicates_refused", status.duplicates_refused}};
}

Result<JobStatus> status_from(const nlohmann::json& value) {
  FieldReader fields(value, "status");
  JobStatus status;
  status.key = fields.text("key", limits::kNameBytes);
  const std::string state = fields.text("state", limits::kNameBytes);
  status.started_ms = fields.integer("started_ms", 0, kTimeMost);
  status.completed_ms = fields.integer("completed_ms", 0, kTimeMost);
  status.setup_ms = fields.integer("setup_ms", 0, kTimeMost);
  status.duplicates_refused =
      static_cast<std::uint32_t>(fields.integer("duplicates_refused", 0, UINT32_MAX));
  const auto parsed = parse_job_state(state);
  if (!parsed) fields.fail(Errc::kMalformed, fmt::format("unknown state '{}'", state));
  if (auto finished = fields.finish(); !finished) return std::unexpected(finished.error());
  status.state = *parsed;
  return status;
}

}  // namespace cohort::stations::json
