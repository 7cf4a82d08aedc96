/// The stations' protocol: one JSON object a line, UTF-8 (docs/formats/equipment.md).
///
/// A client says start, query or subscribe; the station says hello first, then replies (in the
/// order of the requests, each with the request's number), events and readings, and an error before
/// it closes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "platform/base/result.h"
#include "stations/equipment.h"

namespace cohort::stations::protocol {

inline constexpr std::uint32_t kVersion = 1;

// ---- client to station
struct StartRequest {
  std::uint64_t call = 0;  ///< the client's number for the request, from 1
  Job job;
  bool operator==(const StartRequest&) const = default;
};
struct QueryRequest {
  std::uint64_t call = 0;
  std::string key;
  bool operator==(const QueryRequest&) const = default;
};
/// Replaces what the connection was subscribed to.
struct SubscribeRequest {
  bool events = false;
  bool readings = false;
  bool operator==(const SubscribeRequest&) const = default;
};
using Request = std::variant<StartRequest, QueryRequest, SubscribeRequest>;

// ---- station to client
struct Hello {
  std::uint32_t version = kVersion;
  StationSpec station;
  PlantTime plant_ms = 0;          ///< the station's plant clock
  std::uint64_t jobs_started = 0;  ///< in its whole life
  std::uint64_t duplicates_refused = 0;
  bool operator==(const Hello&) const = default;
};
struct StartAnswer {
  std::uint64_t call = 0;
  StartReply reply;
  bool operator==(const StartAnswer&) const = default;
};
struct QueryAnswer {
  std::uint64_t call = 0;
  JobStatus status;
  bool operator==(const QueryAnswer&) const = default;
};
struct EventReport {
  EquipmentEvent event;
  bool operator==(const EventReport&) const = default;
};
struct ReadingsReport {
  std::vector<Reading> readings;  ///< of one moment
  bool operator==(const ReadingsReport&) const = default;
};
/// The station closes the connection after this.
struct ErrorReport {
  std::string reason;
  bool operator==(const ErrorReport&) const = default;
};
using Report =
    std::variant<Hello, StartAnswer, QueryAnswer, EventReport, ReadingsReport, ErrorReport>;

/// One line without its line end.
/// Requires: names and texts within limits.h; wrong UTF-8 in them is replaced.
std::string encode(const Request& request);
std::string encode(const Report& report);

/// Errors: kMalformed (no JSON object, an unknown type, an unknown, missing or wrong field: the
/// text names it), kLimit (line or field too long), kVersion (a hello of another version).
Result<Request> decode_request(std::string_view line);
Result<Report> decode_report(std::string_view line);

/// Cuts a byte stream into lines and refuses one that is too long.
class LineSplitter {
 public:
  /// Appends the lines completed by these bytes to `lines`. Errors: kLimit; the stream is over.
  Result<void> feed(std::string_view bytes, std::vector<std::string>& lines);
  std::size_t pending_bytes() const { return pending_.size(); }

 private:
  std::string pending_;
};

}  // namespace cohort::stations::protocol
