#include "stations/protocol.h"

#include <fmt/format.h>

#include "stations/job_json.h"
#include "stations/json_fields.h"
#include "stations/limits.h"

namespace cohort::stations::protocol {
namespace {

using json::FieldReader;
using json::kTimeMost;
using nlohmann::json;

constexpr std::size_t kReadingsPerReport = 64;

template <typename... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};

template <typename Part>
Part take(FieldReader& fields, Result<Part> part) {
  if (part) return std::move(*part);
  fields.check(std::unexpected(part.error()));
  return {};
}

template <typename Variant, typename Part>
Result<Variant> finished(const FieldReader& fields, Part part) {
  if (auto outcome = fields.finish(); !outcome) return std::unexpected(outcome.error());
  return Variant(std::move(part));
}

json to_json(const StartReply& reply) {
  return {{"outcome", to_string(reply.outcome)},
          {"reason", reply.reason},
          {"status", stations::json::to_json(reply.status)}};
}

json to_json(const Reading& reading) {
  return {{"station", reading.station}, {"sensor", reading.sensor},
          {"unit", reading.unit},       {"value", reading.value},
          {"error", reading.error},     {"at_ms", reading.at_ms},
          {"wall_ns", reading.wall.ns}, {"wall_error_ns", reading.wall_error.count()}};
}

json to_json(const EquipmentEvent& event) {
  return {{"type", "event"},
          {"event", to_string(event.kind)},
          {"outcome", to_string(event.outcome)},
          {"job", stations::json::to_json(event.job)},
          {"status", stations::json::to_json(event.status)}};
}

StartOutcome outcome_from(FieldReader& fields) {
  const std::string text = fields.text("outcome", limits::kNameBytes);
  const auto outcome = parse_start_outcome(text);
  if (!outcome) fields.fail(Errc::kMalformed, fmt::format("unknown outcome '{}'", text));
  return outcome.value_or(StartOutcome::kStarted);
}

std::uint64_t call_from(FieldReader& fields) {
  return static_cast<std::uint64_t>(fields.integer("call", 1, kTimeMost));
}

Result<Reading> reading_from(const json& value) {
  FieldReader fields(value, "reading");
  Reading reading;
  reading.station = fields.text("station", limits::kNameBytes);
  reading.sensor = fields.text("sensor", limits::kNameBytes);
  reading.unit = fields.text("unit", limits::kNameBytes);
  reading.value = fields.real("value");
  reading.error = fields.real("error");
  reading.at_ms = fields.integer("at_ms", 0, kTimeMost);
  reading.wall.ns = fields.integer("wall_ns", 0, INT64_MAX);
  reading.wall_error = Duration(fields.integer("wall_error_ns", 0, INT64_MAX));
  if (auto outcome = fields.finish(); !outcome) return std::unexpected(outcome.error());
  return reading;
}

Result<Report> hello_from(FieldReader& fields) {
  Hello hello;
  hello.version = static_cast<std::uint32_t>(fields.integer("version", 1, UINT32_MAX));
  if (hello.version != kVersion) {
    fields.fail(Errc::kVersion, fmt::format("the station speaks version {}, this program speaks {}",
                                            hello.version, kVersion));
  }
  hello.station.name = fields.text("station", limits::kNameBytes);
  const auto kind = parse_kind(fields.text("kind", limits::kNameBytes));
  if (!kind) fields.fail(Errc::kMalformed, "unknown kind of station");
  hello.station.kind = kind.value_or(StationKind::kDiffusion);
  hello.plant_ms = fields.integer("plant_ms", 0, kTimeMost);
  hello.jobs_started = static_cast<std::uint64_t>(fields.integer("jobs_started", 0, kTimeMost));
  hello.duplicates_refused =
      static_cast<std::uint64_t>(fields.integer("duplicates_refused", 0, kTimeMost));
  return finished<Report>(fields, std::move(hello));
}

Result<Report> start_answer_from(FieldReader& fields) {
  StartAnswer answer;
  answer.call = call_from(fields);
  answer.reply.outcome = outcome_from(fields);
  answer.reply.reason = fields.text("reason", limits::kReasonBytes);
  answer.reply.status = take(fields, stations::json::status_from(fields.object("status")));
  return finished<Report>(fields, std::move(answer));
}

Result<Report> event_from(FieldReader& fields) {
  EquipmentEvent event;
  const std::string kind = fields.text("event", limits::kNameBytes);
  const auto parsed = parse_event_kind(kind);
  if (!parsed) fields.fail(Errc::kMalformed, fmt::format("unknown event '{}'", kind));
  event.kind = parsed.value_or(EquipmentEvent::Kind::kStarted);
  event.outcome = outcome_from(fields);
  event.job = take(fields, stations::json::job_from(fields.object("job")));
  event.status = take(fields, stations::json::status_from(fields.object("status")));
  return finished<Report>(fields, EventReport{std::move(event)});
}

Result<Report> readings_from(FieldReader& fields) {
  ReadingsReport report;
  const json& list = fields.object("readings");
  if (!list.is_array() || list.size() > kReadingsPerReport) {
    fields.fail(Errc::kMalformed, "field 'readings' must be a list of at most 64 readings");
    return finished<Report>(fields, std::move(report));
  }
  for (const json& element : list) report.readings.push_back(take(fields, reading_from(element)));
  return finished<Report>(fields, std::move(report));
}

Result<void> check_line(std::string_view line) {
  if (line.size() <= limits::kLineBytes) return {};
  return make_error(Errc::kLimit, fmt::format("a line of {} bytes, at most {} are allowed",
                                              line.size(), limits::kLineBytes));
}

/// The object of a line and its type. Errors: kLimit, kMalformed.
Result<std::pair<json, std::string>> open_line(std::string_view line) {
  if (auto fits = check_line(line); !fits) return std::unexpected(fits.error());
  auto value = stations::json::parse_line(line);
  if (!value) return std::unexpected(value.error());
  if (!value->is_object() || !value->contains("type") || !(*value)["type"].is_string()) {
    return make_error(Errc::kMalformed, "a message is a JSON object with a text field 'type'");
  }
  std::string type = (*value)["type"].get<std::string>().substr(0, limits::kNameBytes);
  return std::pair(std::move(*value), std::move(type));
}

}  // namespace

std::string encode(const Request& request) {
  const Overloaded to_line{
      [](const StartRequest& start) -> json {
        return {
            {"type", "start"}, {"call", start.call}, {"job", stations::json::to_json(start.job)}};
      },
      [](const QueryRequest& query) -> json {
        return {{"type", "query"}, {"call", query.call}, {"key", query.key}};
      },
      [](const SubscribeRequest& subscribe) -> json {
        return {
            {"type", "subscribe"}, {"events", subscribe.events}, {"readings", subscribe.readings}};
      }};
  return stations::json::print_line(std::visit(to_line, request));
}

std::string encode(const Report& report) {
  const Overloaded to_line{[](const Hello& hello) -> json {
                             return {{"type", "hello"},
                                     {"version", hello.version},
                                     {"station", hello.station.name},
                                     {"kind", to_string(hello.station.kind)},
                                     {"plant_ms", hello.plant_ms},
                                     {"jobs_started", hello.jobs_started},
                                     {"duplicates_refused", hello.duplicates_refused}};
                           },
                           [](const StartAnswer& answer) -> json {
                             json value = to_json(answer.reply);
                             value["type"] = "start-answer";
                             value["call"] = answer.call;
                             return value;
                           },
                           [](const QueryAnswer& answer) -> json {
                             return {{"type", "query-answer"},
                                     {"call", answer.call},
                                     {"status", stations::json::to_json(answer.status)}};
                           },
                           [](const EventReport& event) -> json { return to_json(event.event); },
                           [](const ReadingsReport& report_of_readings) -> json {
                             json list = json::array();
                             for (const Reading& reading : report_of_readings.readings)
                               list.push_back(to_json(reading));
                             return {{"type", "readings"}, {"readings", std::move(list)}};
                           },
                           [](const ErrorReport& error) -> json {
                             return {{"type", "error"}, {"reason", error.reason}};
                           }};
  return stations::json::print_line(std::visit(to_line, report));
}

Result<Request> decode_request(std::string_view line) {
  const auto opened = open_line(line);
  if (!opened) return std::unexpected(opened.error());
  const auto& [object, type] = *opened;
  FieldReader fields(object, type);
  fields.text("type", limits::kNameBytes);
  if (type == "start") {
    StartRequest start;
    start.call = call_from(fields);
    start.job = take(fields, stations::json::job_from(fields.object("job")));
    return finished<Request>(fields, std::move(start));
  }
  if (type == "query") {
    QueryRequest query;
    query.call = call_from(fields);
    query.key = fields.text("key", limits::kNameBytes);
    return finished<Request>(fields, std::move(query));
  }
  if (type == "subscribe") {
    SubscribeRequest subscribe;
    subscribe.events = fields.boolean("events");
    subscribe.readings = fields.boolean("readings");
    return finished<Request>(fields, subscribe);
  }
  return make_error(Errc::kMalformed, fmt::format("unknown request '{}': a client may say start, "
                                                  "query, subscribe",
                                                  type));
}

Result<Report> decode_report(std::string_view line) {
  const auto opened = open_line(line);
  if (!opened) return std::unexpected(opened.error());
  const auto& [object, type] = *opened;
  FieldReader fields(object, type);
  fields.text("type", limits::kNameBytes);
  if (type == "hello") return hello_from(fields);
  if (type == "start-answer") return start_answer_from(fields);
  if (type == "event") return event_from(fields);
  if (type == "readings") return readings_from(fields);
  if (type == "query-answer") {
    QueryAnswer answer;
    answer.call = call_from(fields);
    answer.status = take(fields, stations::json::status_from(fields.object("status")));
    return finished<Report>(fields, std::move(answer));
  }
  if (type == "error") {
    return finished<Report>(fields, ErrorReport{fields.text("reason", limits::kReasonBytes)});
  }
  return make_error(Errc::kMalformed, fmt::format("unknown report '{}'", type));
}

Result<void> LineSplitter::feed(std::string_view bytes, std::vector<std::string>& lines) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const std::string_view part = bytes.substr(0, end);
    if (pending_.size() + part.size() > limits::kLineBytes) {
      return make_error(Errc::kLimit,
                        fmt::format("a line of more than {} bytes", limits::kLineBytes));
    }
    pending_.append(part);
    if (end == std::string_view::npos) return {};
    lines.push_back(std::move(pending_));
    pending_.clear();
    bytes.remove_prefix(end + 1);
  }
  return {};
}

}  // namespace cohort::stations::protocol
