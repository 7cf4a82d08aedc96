/// Strict reading of one JSON object: every field has a type and a limit, none is left over.
/// Internal to the stations' library.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/result.h"

namespace cohort::stations::json {

/// The first fault sticks and later reads give zero values, so that a caller checks once, with
/// finish().
class FieldReader {
 public:
  /// `what` names the object for people: "start". A value that is no object is a fault.
  FieldReader(const nlohmann::json& object, std::string what);

  std::string text(const char* name, std::size_t limit);
  std::int64_t integer(const char* name, std::int64_t least, std::int64_t most);
  double real(const char* name);
  bool boolean(const char* name);
  std::vector<std::string> texts(const char* name, std::size_t count_limit, std::size_t limit);
  /// The field itself, for a reader of its own; null where it is missing.
  const nlohmann::json& object(const char* name);

  bool has(const char* name) const;
  void fail(Errc code, std::string why);
  /// Takes over the fault of a part.
  void check(const Result<void>& part);
  /// Errors: the first fault; kMalformed for a field that nobody asked for.
  Result<void> finish() const;

 private:
  const nlohmann::json* find(const char* name);

  const nlohmann::json& object_;
  std::string what_;
  std::set<std::string, std::less<>> asked_;
  Result<void> outcome_;
};

/// One line of JSON. Errors: kMalformed.
Result<nlohmann::json> parse_line(std::string_view line);
/// Without line ends; wrong UTF-8 is replaced.
std::string print_line(const nlohmann::json& value);

}  // namespace cohort::stations::json
