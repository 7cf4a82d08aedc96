#include "platform/config/reader.h"

#include <fmt/format.h>

#include <algorithm>

namespace cohort::config {

namespace {

std::string type_name(toml::node_type type) {
  switch (type) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "an array";
    case toml::node_type::string:
      return "a text";
    case toml::node_type::integer:
      return "an integer";
    case toml::node_type::floating_point:
      return "a number with a fraction";
    case toml::node_type::boolean:
      return "a truth value";
    case toml::node_type::date:
    case toml::node_type::time:
    case toml::node_type::date_time:
      return "a date or time";
    case toml::node_type::none:
      break;
  }
  return "nothing";
}

std::string wrong_type(const toml::node& node) {
  return "is " + type_name(node.type());
}

}  // namespace

void Faults::add(std::uint32_t line, std::string_view key, std::string_view what,
                 std::string_view allowed) {
  faults_.emplace_back(
      line, fmt::format("{}:{}: key '{}': {}; allowed: {}", file_, line, key, what, allowed));
}

std::string Faults::text() const {
  auto sorted = faults_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string text;
  for (const auto& [line, fault] : sorted) {
    if (!text.empty()) text += '\n';
    text += fault;
  }
  return text;
}

TableReader::TableReader(const toml::table& table, std::string prefix, Faults& faults)
    : table_(table), prefix_(std::move(prefix)), faults_(faults) {}

std::uint32_t TableReader::line(std::string_view key) const {
  for (const auto& [name, node] : table_) {
    if (name.str() == key) return name.source().begin.line;
  }
  return table_.source().begin.line;
}

std::string TableReader::full_key(std::string_view key) const {
  if (prefix_.empty()) return std::string(key);
  return key.empty() ? prefix_ : fmt::format("{}.{}", prefix_, key);
}

void TableReader::fault(std::string_view key, std::string_view what, std::string_view allowed) {
  faults_.add(line(key), full_key(key), what, allowed);
}

bool TableReader::has(std::string_view key) {
  known_.insert(std::string(key));
  return table_.contains(key);
}

const toml::node* TableReader::find(std::string_view key, std::string_view allowed) {
  known_.insert(std::string(key));
  const toml::node* node = table_.get(key);
  if (!node) fault(key, "is missing", allowed);
  return node;
}

std::optional<std::string> TableReader::text(std::string_view key, std::string_view allowed) {
  const toml::node* node = find(key, allowed);
  if (!node) return std::nullopt;
  if (const auto* value = node->as_string()) return value->get();
  fault(key, wrong_type(*node), fmt::format("a text: {}", allowed));
  return std::nullopt;
}

std::optional<std::int64_t> TableReader::integer(std::string_view key, std::int64_t least,
                                                 std::int64_t most) {
  const std::string allowed = fmt::format("an integer from {} to {}", least, most);
  const toml::node* node = find(key, allowed);
  if (!node) return std::nullopt;
  const auto* value = node->as_integer();
  if (!value) {
    fault(key, wrong_type(*node), allowed);
    return std::nullopt;
  }
  if (value->get() < least || value->get() > most) {
    fault(key, fmt::format("is {}", value->get()), allowed);
    return std::nullopt;
  }
  return value->get();
}

std::optional<double> TableReader::real(std::string_view key, double least, double most) {
  const std::string allowed = fmt::format("a number from {} to {}", least, most);
  const toml::node* node = find(key, allowed);
  if (!node) return std::nullopt;
  if (!node->is_number()) {
    fault(key, wrong_type(*node), allowed);
    return std::nullopt;
  }
  const double value = node->value<double>().value_or(least - 1);
  if (!(value >= least && value <= most)) {
    fault(key, fmt::format("is {}", value), allowed);
    return std::nullopt;
  }
  return value;
}

template <typename Value>
std::optional<std::vector<Value>> TableReader::list(std::string_view key,
                                                    std::string_view allowed) {
  const toml::node* node = find(key, allowed);
  if (!node) return std::nullopt;
  const auto* array = node->as_array();
  if (!array) {
    fault(key, wrong_type(*node), allowed);
    return std::nullopt;
  }
  std::vector<Value> values;
  for (const toml::node& element : *array) {
    const auto* value = element.as<Value>();
    if (!value) {
      fault(key, "holds an element that " + wrong_type(element), allowed);
      return std::nullopt;
    }
    values.push_back(value->get());
  }
  return values;
}

std::optional<std::vector<std::int64_t>> TableReader::integers(std::string_view key,
                                                               std::string_view allowed) {
  return list<std::int64_t>(key, allowed);
}

std::optional<std::vector<std::string>> TableReader::texts(std::string_view key,
                                                           std::string_view allowed) {
  return list<std::string>(key, allowed);
}

std::optional<bool> TableReader::flag(std::string_view key) {
  const toml::node* node = find(key, "true or false");
  if (!node) return std::nullopt;
  if (const auto* value = node->as_boolean()) return value->get();
  fault(key, wrong_type(*node), "true or false");
  return std::nullopt;
}

const toml::table* TableReader::table(std::string_view key, std::string_view allowed) {
  const toml::node* node = find(key, allowed);
  if (!node) return nullptr;
  if (const auto* value = node->as_table()) return value;
  fault(key, wrong_type(*node), allowed);
  return nullptr;
}

std::vector<const toml::table*> TableReader::tables(std::string_view key,
                                                    std::string_view allowed) {
  const toml::node* node = find(key, allowed);
  std::vector<const toml::table*> found;
  if (!node) return found;
  const auto* array = node->as_array();
  if (!array) {
    fault(key, wrong_type(*node), allowed);
    return found;
  }
  for (const toml::node& element : *array) {
    if (const auto* value = element.as_table()) {
      found.push_back(value);
    } else {
      fault(key, "holds an element that " + wrong_type(element), allowed);
    }
  }
  return found;
}

void TableReader::finish() {
  std::string allowed;
  for (const std::string& key : known_) {
    if (!allowed.empty()) allowed += ", ";
    allowed += key;
  }
  for (const auto& [name, node] : table_) {
    if (!known_.contains(name.str())) fault(name.str(), "is unknown", allowed);
  }
}

}  // namespace cohort::config
