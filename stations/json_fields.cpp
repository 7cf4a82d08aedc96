#include "stations/json_fields.h"

#include <fmt/format.h>

#include <cmath>

namespace cohort::stations::json {
namespace {

const nlohmann::json kNull;

}  // namespace

FieldReader::FieldReader(const nlohmann::json& object, std::string what)
    : object_(object), what_(std::move(what)) {
  if (!object_.is_object()) fail(Errc::kMalformed, "a JSON object is expected");
}

const nlohmann::json* FieldReader::find(const char* name) {
  if (!outcome_) return nullptr;
  asked_.insert(name);
  const auto found = object_.find(name);
  if (found == object_.end()) {
    fail(Errc::kMalformed, fmt::format("field '{}' is missing", name));
    return nullptr;
  }
  return &*found;
}

std::string FieldReader::text(const char* name, std::size_t limit) {
  const nlohmann::json* field = find(name);
  if (field == nullptr) return {};
  if (!field->is_string()) {
    fail(Errc::kMalformed, fmt::format("field '{}' must be a text", name));
    return {};
  }
  const auto& value = field->get_ref<const std::string&>();
  if (value.size() > limit) {
    fail(Errc::kLimit,
         fmt::format("field '{}' has {} bytes, at most {} are allowed", name, value.size(), limit));
    return {};
  }
  return value;
}

std::int64_t FieldReader::integer(const char* name, std::int64_t least, std::int64_t most) {
  const nlohmann::json* field = find(name);
  if (field == nullptr) return 0;
  const bool fits = field->is_number_integer() &&
                    (!field->is_number_unsigned() ||
                     field->get<std::uint64_t>() <= static_cast<std::uint64_t>(INT64_MAX));
  const std::int64_t value = fits ? field->get<std::int64_t>() : 0;
  if (!fits || value < least || value > most) {
    fail(Errc::kMalformed,
         fmt::format("field '{}' must be a whole number from {} to {}", name, least, most));
    return 0;
  }
  return value;
}

double FieldReader::real(const char* name) {
  const nlohmann::json* field = find(name);
  if (field == nullptr) return 0;
  if (!field->is_number() || !std::isfinite(field->get<double>())) {
    fail(Errc::kMalformed, fmt::format("field '{}' must be a number", name));
    return 0;
  }
  return field->get<double>();
}

bool FieldReader::boolean(const char* name) {
  const nlohmann::json* field = find(name);
  if (field == nullptr) return false;
  if (!field->is_boolean()) {
    fail(Errc::kMalformed, fmt::format("field '{}' must be true or false", name));
    return false;
  }
  return field->get<bool>();
}

std::vector<std::string> FieldReader::texts(const char* name, std::size_t count_limit,
                                            std::size_t limit) {
  const nlohmann::json* field = find(name);
  if (field == nullptr) return {};
  if (!field->is_array() || field->size() > count_limit) {
    fail(Errc::kMalformed,
         fmt::format("field '{}' must be a list of at most {} texts", name, count_limit));
    return {};
  }
  std::vector<std::string> values;
  for (const nlohmann::json& element : *field) {
    if (!element.is_string() || element.get_ref<const std::string&>().size() > limit) {
      fail(Errc::kMalformed,
           fmt::format("field '{}' must hold texts of at most {} bytes", name, limit));
      return {};
    }
    values.push_back(element.get<std::string>());
  }
  return values;
}

const nlohmann::json& FieldReader::object(const char* name) {
  const nlohmann::json* field = find(name);
  return field == nullptr ? kNull : *field;
}

bool FieldReader::has(const char* name) const {
  return object_.is_object() && object_.contains(name);
}

void FieldReader::fail(Errc code, std::string why) {
  if (outcome_) outcome_ = make_error(code, fmt::format("{}: {}", what_, why));
}

void FieldReader::check(const Result<void>& part) {
  if (outcome_ && !part) outcome_ = std::unexpected(part.error());
}

Result<void> FieldReader::finish() const {
  if (!outcome_) return outcome_;
  for (const auto& [name, value] : object_.items()) {
    if (!asked_.contains(name)) {
      return make_error(Errc::kMalformed,
                        fmt::format("{}: unknown field '{}'", what_, name.substr(0, 64)));
    }
  }
  return {};
}

Result<nlohmann::json> parse_line(std::string_view line) {
  nlohmann::json value = nlohmann::json::parse(line, nullptr, false);
  if (value.is_discarded()) return make_error(Errc::kMalformed, "the line is no JSON");
  return value;
}

std::string print_line(const nlohmann::json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace cohort::stations::json
