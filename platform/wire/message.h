/// A message: a symbol table of named, typed fields (paper section 4.1). A field may hold another
/// message or a list of messages. System facts (sender, group, view) are no fields: they come with
/// the delivery and cannot be forged.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "platform/base/bytes.h"
#include "platform/base/ids.h"
#include "platform/base/result.h"

namespace cohort::wire {

class Encoder;

class Message {
 public:
  using List = std::vector<Message>;
  /// The order of the alternatives is the type's number on the wire.
  using Value = std::variant<bool, std::int64_t, double, std::string, Bytes, ProcessId, GroupId,
                             Message, List>;

  /// Sets or replaces the field `name`.
  /// Requires: name of 1 to limits::kNameBytes bytes; at most limits::kMessageFields fields
  /// (asserted: the caller's own code names the fields).
  Message& set(std::string_view name, bool value);
  Message& set(std::string_view name, std::int64_t value);
  Message& set(std::string_view name, int value) { return set(name, std::int64_t{value}); }
  Message& set(std::string_view name, std::uint32_t value) {
    return set(name, std::int64_t{value});
  }
  Message& set(std::string_view name, std::uint64_t value) {
    return set(name, static_cast<std::int64_t>(value));
  }
  Message& set(std::string_view name, double value);
  Message& set(std::string_view name, std::string_view value);
  Message& set(std::string_view name, const char* value) {
    return set(name, std::string_view(value));
  }
  Message& set(std::string_view name, Bytes value);
  Message& set(std::string_view name, ProcessId value);
  Message& set(std::string_view name, GroupId value);
  Message& set(std::string_view name, Message value);
  Message& set(std::string_view name, List value);

  bool has(std::string_view name) const { return find(name) != nullptr; }
  void erase(std::string_view name);
  std::size_t size() const { return fields_.size(); }
  bool empty() const { return fields_.empty(); }

  /// The field's value, or the fallback where it is absent or of another type.
  bool flag(std::string_view name, bool fallback = false) const;
  std::int64_t integer(std::string_view name, std::int64_t fallback = 0) const;
  double real(std::string_view name, double fallback = 0) const;
  std::string text(std::string_view name, std::string_view fallback = {}) const;
  Bytes bytes(std::string_view name) const;
  ProcessId process(std::string_view name) const;
  GroupId group(std::string_view name) const;
  Message message(std::string_view name) const;
  List list(std::string_view name) const;

  /// The field's value where it must be there; null if absent or of another type.
  const Value* find(std::string_view name) const;

  /// Fields in the order in which they were first set.
  const std::vector<std::pair<std::string, Value>>& fields() const { return fields_; }

  /// Shape: docs/formats/message.md.
  Bytes encode() const;
  /// The same where the encoder stands.
  void encode_to(Encoder& out) const;
  /// How many bytes that are; copies none of them.
  std::size_t encoded_size() const;
  /// Errors: kMalformed, kLimit (fields, depth, name length). No partial message.
  static Result<Message> decode(ByteView bytes);

  /// For logs and `--json`: one JSON object; bytes as hex, addresses in their text form.
  std::string to_json() const;

  bool operator==(const Message&) const = default;

 private:
  std::vector<std::pair<std::string, Value>> fields_;
};

}  // namespace cohort::wire
