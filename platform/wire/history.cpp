/// Writes history records as lines; history_parse.cpp reads them.
#include "platform/wire/history.h"

#include <charconv>

namespace cohort::wire {

namespace {

constexpr std::string_view kKinds[] = {"",          "begin",   "end",  "send",  "sent",
                                       "deliver",   "view",    "gone", "sites", "flush-begin",
                                       "flush-end", "serving", "note", "ask"};
constexpr std::string_view kOrders[] = {"", "causal", "total", "global"};

std::string hex(std::uint64_t value) {
  char text[16];
  return {text, std::to_chars(text, text + sizeof text, value, 16).ptr};
}

std::string name_of(ProcessId id) {
  return id.valid() ? to_string(id) : "#" + hex(id.value);
}
std::string name_of(GroupId id) {
  return id.valid() ? "g" + std::to_string(id.counter()) : "#g" + hex(id.value);
}
std::string name_of(SiteLife life) {
  return to_string(life);
}

/// Appends " key=value" for values that are not zero.
class LineWriter {
 public:
  explicit LineWriter(std::string& out) : out_(out) {}

  void raw(std::string_view key, std::string_view value) {
    if (!out_.empty()) out_ += ' ';
    out_ += key;
    out_ += '=';
    out_ += value;
  }
  void number(std::string_view key, std::uint64_t value) {
    if (value != 0) raw(key, std::to_string(value));
  }
  template <typename T>
  void list(std::string_view key, const std::vector<T>& values) {
    if (!values.empty()) raw(key, joined(values));
  }
  template <typename List>
  static std::string joined(const List& values) {
    std::string text;
    for (const auto& value : values) {
      if (!text.empty()) text += ',';
      text += name_of(value);
    }
    return text;
  }
  void text(std::string_view key, std::string_view value) {
    if (value.empty()) return;
    std::string escaped;
    for (const char c : value) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte > 0x20 && byte != '%' && byte != 0x7f) {
        escaped += c;
        continue;
      }
      escaped += '%';
      if (byte < 0x10) escaped += '0';
      escaped += hex(byte);
    }
    raw(key, escaped);
  }

 private:
  std::string& out_;
};

std::string destinations_text(const Destinations& destinations) {
  std::string text = LineWriter::joined(destinations.groups);
  const std::string processes = LineWriter::joined(destinations.processes);
  if (!text.empty() && !processes.empty()) text += ',';
  return text + processes;
}

}  // namespace

std::string to_line(const HistoryRecord& record) {
  std::string out;
  LineWriter line(out);
  line.raw("kind", kKinds[static_cast<std::size_t>(record.kind)]);
  if (record.time_ns != 0) line.raw("time", std::to_string(record.time_ns));
  if (record.process.value != 0) line.raw("process", name_of(record.process));
  line.number("sequence", record.sequence);
  line.number("token", record.token);
  if (record.id != MessageId{}) {
    line.raw("id", to_string(record.id.origin) + ":" + std::to_string(record.id.view) + ":" +
                       std::to_string(record.id.number));
  }
  if (record.peer.value != 0) line.raw("peer", name_of(record.peer));
  if (record.order != Order::kCausal) {
    line.raw("order", kOrders[static_cast<std::size_t>(record.order)]);
  }
  if (record.safety != Safety::kAgreed) line.raw("safety", "safe");
  if (record.group.value != 0) line.raw("group", name_of(record.group));
  line.number("view", record.view);
  line.number("entry", record.entry);
  if (record.digest != 0) line.raw("digest", hex(record.digest));
  if (record.destinations != Destinations{}) {
    line.raw("destinations", destinations_text(record.destinations));
  }
  line.list("members", record.members);
  line.list("peers", record.peers);
  line.list("sites", record.sites);
  line.text("text", record.text);
  return out;
}

std::uint64_t history_digest(ByteView bytes) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const std::uint8_t byte : bytes) hash = (hash ^ byte) * 0x100000001b3ULL;
  return hash;
}

}  // namespace cohort::wire
