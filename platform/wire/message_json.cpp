/// The JSON text of a message, for logs and `--json`.
#include <charconv>
#include <cmath>

#include "platform/wire/message.h"

namespace cohort::wire {

namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

/// The length of the well-formed UTF-8 sequence at the start of `text`; 0: there is none.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  const std::size_t length = first < 0x80             ? 1
                             : (first & 0xe0) == 0xc0 ? 2
                             : (first & 0xf0) == 0xe0 ? 3
                             : (first & 0xf8) == 0xf0 ? 4
                                                      : 0;
  if (length == 0 || length > text.size() || first == 0xc0 || first == 0xc1) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  return length;
}

void append_text(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const auto c = static_cast<unsigned char>(text.front());
    if (length == 0) {
      out += "\\ufffd";
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += text.front();
    } else if (c == '\n') {
      out += "\\n";
    } else if (c < 0x20) {
      out += "\\u00";
      out += kHexDigits[c >> 4];
      out += kHexDigits[c & 15];
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  out += '"';
}

struct JsonWriter {
  std::string& out;

  void operator()(bool value) const { out += value ? "true" : "false"; }
  void operator()(std::int64_t value) const { out += std::to_string(value); }
  void operator()(double value) const {
    if (!std::isfinite(value)) {
      out += "null";
      return;
    }
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, value);
    out.append(text, end.ptr);
  }
  void operator()(const std::string& value) const { append_text(out, value); }
  void operator()(const Bytes& value) const {
    out += '"';
    for (const std::uint8_t byte : value) {
      out += kHexDigits[byte >> 4];
      out += kHexDigits[byte & 15];
    }
    out += '"';
  }
  void operator()(ProcessId value) const { append_text(out, to_string(value)); }
  void operator()(GroupId value) const { append_text(out, to_string(value)); }
  void operator()(const Message& value) const {
    out += '{';
    bool first = true;
    for (const auto& [name, field] : value.fields()) {
      if (!first) out += ',';
      first = false;
      append_text(out, name);
      out += ':';
      std::visit(*this, field);
    }
    out += '}';
  }
  void operator()(const Message::List& value) const {
    out += '[';
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (i > 0) out += ',';
      (*this)(value[i]);
    }
    out += ']';
  }
};

}  // namespace

std::string Message::to_json() const {
  std::string out;
  JsonWriter{out}(*this);
  return out;
}

}  // namespace cohort::wire
