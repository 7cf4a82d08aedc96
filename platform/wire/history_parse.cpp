#include <algorithm>
#include <array>
#include <charconv>

#include "platform/wire/history.h"

namespace cohort::wire {

namespace {

template <typename T>
bool parse_number(std::string_view text, T& value, int base = 10) {
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value, base);
  return end.ec == std::errc{} && end.ptr == text.data() + text.size();
}

/// Cuts `text` at the first `mark`; the part after it stays in `text`, which is empty at the end.
std::string_view cut(std::string_view& text, char mark) {
  const std::size_t at = text.find(mark);
  const std::string_view head = text.substr(0, at);
  text = at == std::string_view::npos ? std::string_view{} : text.substr(at + 1);
  return head;
}

bool parse(std::string_view text, SiteLife& life) {
  const std::string_view site = cut(text, '.');
  return parse_number(site, life.site.value) && parse_number(text, life.incarnation.value);
}

bool parse(std::string_view text, ProcessId& id) {
  if (text.starts_with('#')) return parse_number(text.substr(1), id.value, 16);
  const std::string_view life_text = cut(text, '/');
  SiteLife life;
  std::uint32_t counter = 0;
  if (!parse(life_text, life) || !parse_number(text, counter) || counter >= (1u << 24))
    return false;
  id = ProcessId::make(life, counter);
  return true;
}

bool parse(std::string_view text, GroupId& id) {
  if (text.starts_with("#g")) return parse_number(text.substr(2), id.value, 16);
  std::uint64_t counter = 0;
  if (!text.starts_with('g') || !parse_number(text.substr(1), counter)) return false;
  id = GroupId::make(counter);
  return true;
}

bool parse(std::string_view text, MessageId& id) {
  const std::string_view origin = cut(text, ':');
  const std::string_view view = cut(text, ':');
  return parse(origin, id.origin) && parse_number(view, id.view) && parse_number(text, id.number);
}

template <typename T>
bool parse(std::string_view text, std::vector<T>& values) {
  while (!text.empty()) {
    if (!parse(cut(text, ','), values.emplace_back())) return false;
  }
  return true;
}

bool parse(std::string_view text, Destinations& destinations) {
  while (!text.empty()) {
    const std::string_view item = cut(text, ',');
    const bool is_group = item.starts_with('g') || item.starts_with("#g");
    const bool good = is_group ? parse(item, destinations.groups.emplace_back())
                               : parse(item, destinations.processes.emplace_back());
    if (!good) return false;
  }
  return true;
}

bool parse_escaped(std::string_view text, std::string& value) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      value += text[i];
      continue;
    }
    std::uint8_t byte = 0;
    if (i + 2 >= text.size() || !parse_number(text.substr(i + 1, 2), byte, 16)) return false;
    value += static_cast<char>(byte);
    i += 2;
  }
  return true;
}

bool parse_kind(std::string_view text, HistoryKind& kind) {
  constexpr std::array<std::string_view, 13> kNames = {
      "begin", "end",         "send",      "sent",    "deliver", "view", "gone",
      "sites", "flush-begin", "flush-end", "serving", "note",    "ask"};
  const auto found = std::find(kNames.begin(), kNames.end(), text);
  if (found == kNames.end()) return false;
  kind = static_cast<HistoryKind>(found - kNames.begin() + 1);
  return true;
}

bool parse_order(std::string_view text, Order& order) {
  if (text == "causal")
    order = Order::kCausal;
  else if (text == "total")
    order = Order::kTotal;
  else if (text == "global")
    order = Order::kGlobal;
  else
    return false;
  return true;
}

bool parse_field(HistoryRecord& record, std::string_view key, std::string_view value) {
  if (key == "kind") return parse_kind(value, record.kind);
  if (key == "time") return parse_number(value, record.time_ns);
  if (key == "process") return parse(value, record.process);
  if (key == "sequence") return parse_number(value, record.sequence);
  if (key == "token") return parse_number(value, record.token);
  if (key == "id") return parse(value, record.id);
  if (key == "peer") return parse(value, record.peer);
  if (key == "order") return parse_order(value, record.order);
  if (key == "safety") {
    record.safety = Safety::kSafe;
    return value == "safe";
  }
  if (key == "group") return parse(value, record.group);
  if (key == "view") return parse_number(value, record.view);
  if (key == "entry") return parse_number(value, record.entry);
  if (key == "digest") return parse_number(value, record.digest, 16);
  if (key == "destinations") return parse(value, record.destinations);
  if (key == "members") return parse(value, record.members);
  if (key == "peers") return parse(value, record.peers);
  if (key == "sites") return parse(value, record.sites);
  if (key == "text") return parse_escaped(value, record.text);
  return false;
}

}  // namespace

Result<HistoryRecord> parse_history_line(std::string_view line) {
  HistoryRecord record;
  bool has_kind = false;
  while (!line.empty()) {
    std::string_view value = cut(line, ' ');
    const std::string_view key = cut(value, '=');
    if (!parse_field(record, key, value)) {
      return make_error(Errc::kMalformed, "history line: key '" + std::string(key) +
                                              "' is unknown or its value '" + std::string(value) +
                                              "' is malformed");
    }
    has_kind = has_kind || key == "kind";
  }
  if (!has_kind) return make_error(Errc::kMalformed, "history line: key 'kind' is missing");
  return record;
}

}  // namespace cohort::wire
