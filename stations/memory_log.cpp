#include "stations/memory_log.h"

#include <fmt/format.h>

#include "stations/job_json.h"
#include "stations/json_fields.h"
#include "stations/limits.h"

namespace cohort::stations::memory_log {
namespace {

using json::FieldReader;
using json::kTimeMost;

Result<JobRecord> record_from(FieldReader& fields) {
  JobRecord record;
  auto job = json::job_from(fields.object("job"));
  record.started_ms = fields.integer("started_ms", 0, kTimeMost);
  record.plan.load = fields.integer("load_ms", 0, kTimeMost);
  record.plan.setup = fields.integer("setup_ms", 0, kTimeMost);
  record.plan.process = fields.integer("process_ms", 0, kTimeMost);
  record.plan.unload = fields.integer("unload_ms", 0, kTimeMost);
  if (auto finished = fields.finish(); !finished) return std::unexpected(finished.error());
  if (!job) return std::unexpected(job.error());
  record.job = std::move(*job);
  return record;
}

Result<void> restore_clock(FieldReader& fields, Restored& restored) {
  const WallTime wall{fields.integer("wall_ns", 0, INT64_MAX)};
  const PlantTime plant = fields.integer("plant_ms", 0, kTimeMost);
  const double factor = fields.real("factor");
  if (!(factor > 0)) fields.fail(Errc::kCorrupt, "a plant clock runs forward");
  if (auto finished = fields.finish(); !finished) return finished;
  restored.clock = PlantClock(wall, plant, factor);
  return {};
}

Result<void> restore_line(std::string_view line, Machine& machine, Restored& restored) {
  const auto value = json::parse_line(line);
  if (!value) return std::unexpected(value.error());
  FieldReader fields(*value, "record");
  const std::string type = fields.text("record", limits::kNameBytes);
  if (type == "clock") return restore_clock(fields, restored);
  if (type == "refused") {
    const std::string key = fields.text("key", limits::kNameBytes);
    if (auto finished = fields.finish(); !finished) return finished;
    machine.restore_refusal(key);
    return {};
  }
  if (type != "started") {
    return make_error(Errc::kCorrupt, "a record is 'started', 'refused' or 'clock'");
  }
  const auto record = record_from(fields);
  if (!record) return std::unexpected(record.error());
  ++restored.jobs;
  return machine.restore(*record);
}

}  // namespace

std::string started_line(const JobRecord& record) {
  return json::print_line({{"record", "started"},
                           {"job", json::to_json(record.job)},
                           {"started_ms", record.started_ms},
                           {"load_ms", record.plan.load},
                           {"setup_ms", record.plan.setup},
                           {"process_ms", record.plan.process},
                           {"unload_ms", record.plan.unload}});
}

std::string refused_line(std::string_view key) {
  return json::print_line({{"record", "refused"}, {"key", std::string(key)}});
}

std::string clock_line(const PlantClock& clock) {
  return json::print_line({{"record", "clock"},
                           {"wall_ns", clock.wall_start().ns},
                           {"plant_ms", clock.plant_start()},
                           {"factor", clock.factor()}});
}

Result<Restored> restore(std::string_view text, Machine& machine) {
  Restored restored;
  std::size_t line_number = 0;
  while (true) {
    const std::size_t end = text.find('\n', restored.kept);
    if (end == std::string_view::npos) return restored;
    ++line_number;
    const std::string_view line = text.substr(restored.kept, end - restored.kept);
    if (auto taken = restore_line(line, machine, restored); !taken) {
      return make_error(Errc::kCorrupt,
                        fmt::format("line {}: {}", line_number, taken.error().text));
    }
    restored.kept = end + 1;
  }
}

}  // namespace cohort::stations::memory_log
