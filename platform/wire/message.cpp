#include "platform/wire/message.h"

#include <algorithm>

#include "platform/base/assert.h"
#include "platform/base/limits.h"
#include "platform/wire/codec.h"
#include "platform/wire/encoded_size.h"

namespace cohort::wire {

namespace {

using Fields = std::vector<std::pair<std::string, Message::Value>>;

template <typename T>
T value_or(const Message::Value* value, T fallback) {
  if (value == nullptr) return fallback;
  const T* held = std::get_if<T>(value);
  return held == nullptr ? fallback : *held;
}

template <typename T>
Message& put(Message& self, Fields& fields, std::string_view name, T value) {
  COHORT_ASSERT(!name.empty() && name.size() <= limits::kNameBytes,
                "a field's name has 1 to kNameBytes bytes");
  const auto found =
      std::find_if(fields.begin(), fields.end(), [&](const auto& f) { return f.first == name; });
  if (found != fields.end()) {
    found->second = std::move(value);
    return self;
  }
  COHORT_ASSERT(fields.size() < limits::kMessageFields, "a message has at most kMessageFields");
  fields.emplace_back(std::string(name), std::move(value));
  return self;
}

template <typename Out>
void write_message(Out& out, const Message& message);

/// `Out`: an Encoder, or what counts the bytes that one would write.
template <typename Out>
struct ValueWriter {
  Out& out;
  void operator()(bool value) const { out.boolean(value); }
  void operator()(std::int64_t value) const { out.zigzag(value); }
  void operator()(double value) const { out.real(value); }
  void operator()(const std::string& value) const { out.text(value); }
  void operator()(const Bytes& value) const { out.bytes(value); }
  void operator()(ProcessId value) const { out.process(value); }
  void operator()(GroupId value) const { out.group(value); }
  void operator()(const Message& value) const { write_message(out, value); }
  void operator()(const Message::List& value) const {
    out.varint(value.size());
    for (const Message& item : value) write_message(out, item);
  }
};

template <typename Out>
void write_message(Out& out, const Message& message) {
  out.varint(message.size());
  for (const auto& [name, value] : message.fields()) {
    out.text(name);
    out.u8(static_cast<std::uint8_t>(value.index()));
    std::visit(ValueWriter<Out>{out}, value);
  }
}

void read_message(Decoder& in, Message& message, std::size_t depth);

void read_list(Decoder& in, Message::List& list, std::size_t depth) {
  const std::size_t count = in.count(in.left());
  for (std::size_t i = 0; i < count && !in.failed(); ++i) {
    read_message(in, list.emplace_back(), depth);
  }
}

void read_value(Decoder& in, Message& message, std::string_view name, std::size_t depth) {
  switch (in.u8()) {
    case 0:
      message.set(name, in.boolean());
      return;
    case 1:
      message.set(name, in.zigzag());
      return;
    case 2:
      message.set(name, in.real());
      return;
    case 3:
      message.set(name, std::string_view(in.text(in.left())));
      return;
    case 4: {
      const ByteView view = in.bytes(in.left());
      message.set(name, Bytes(view.begin(), view.end()));
      return;
    }
    case 5:
      message.set(name, in.process());
      return;
    case 6:
      message.set(name, in.group());
      return;
    case 7: {
      Message inner;
      read_message(in, inner, depth + 1);
      message.set(name, std::move(inner));
      return;
    }
    case 8: {
      Message::List list;
      read_list(in, list, depth + 1);
      message.set(name, std::move(list));
      return;
    }
    default:
      in.fail("a field has an unknown type");
      return;
  }
}

void read_message(Decoder& in, Message& message, std::size_t depth) {
  if (depth > limits::kMessageDepth) {
    in.fail("a message is nested too deep");
    return;
  }
  const std::size_t count = in.count(limits::kMessageFields);
  for (std::size_t i = 0; i < count && !in.failed(); ++i) {
    const std::string name = in.text(limits::kNameBytes);
    if (name.empty() || message.has(name)) {
      in.fail("a field has no name or the name of another field");
      return;
    }
    read_value(in, message, name, depth);
  }
}

}  // namespace

Message& Message::set(std::string_view name, bool value) {
  return put(*this, fields_, name, value);
}
Message& Message::set(std::string_view name, std::int64_t value) {
  return put(*this, fields_, name, value);
}
Message& Message::set(std::string_view name, double value) {
  return put(*this, fields_, name, value);
}
Message& Message::set(std::string_view name, std::string_view value) {
  return put(*this, fields_, name, std::string(value));
}
Message& Message::set(std::string_view name, Bytes value) {
  return put(*this, fields_, name, std::move(value));
}
Message& Message::set(std::string_view name, ProcessId value) {
  return put(*this, fields_, name, value);
}
Message& Message::set(std::string_view name, GroupId value) {
  return put(*this, fields_, name, value);
}
Message& Message::set(std::string_view name, Message value) {
  return put(*this, fields_, name, std::move(value));
}
Message& Message::set(std::string_view name, List value) {
  return put(*this, fields_, name, std::move(value));
}

void Message::erase(std::string_view name) {
  std::erase_if(fields_, [&](const auto& field) { return field.first == name; });
}

const Message::Value* Message::find(std::string_view name) const {
  for (const auto& [key, value] : fields_) {
    if (key == name) return &value;
  }
  return nullptr;
}

bool Message::flag(std::string_view name, bool fallback) const {
  return value_or<bool>(find(name), fallback);
}
std::int64_t Message::integer(std::string_view name, std::int64_t fallback) const {
  return value_or<std::int64_t>(find(name), fallback);
}
double Message::real(std::string_view name, double fallback) const {
  return value_or<double>(find(name), fallback);
}
std::string Message::text(std::string_view name, std::string_view fallback) const {
  return value_or<std::string>(find(name), std::string(fallback));
}
Bytes Message::bytes(std::string_view name) const {
  return value_or<Bytes>(find(name), {});
}
ProcessId Message::process(std::string_view name) const {
  return value_or<ProcessId>(find(name), {});
}
GroupId Message::group(std::string_view name) const {
  return value_or<GroupId>(find(name), {});
}
Message Message::message(std::string_view name) const {
  return value_or<Message>(find(name), {});
}
Message::List Message::list(std::string_view name) const {
  return value_or<List>(find(name), {});
}

Bytes Message::encode() const {
  Encoder out;
  encode_to(out);
  return out.take();
}

void Message::encode_to(Encoder& out) const {
  write_message(out, *this);
}

std::size_t Message::encoded_size() const {
  EncodedSize size;
  write_message(size, *this);
  return size.total();
}

Result<Message> Message::decode(ByteView bytes) {
  Decoder in(bytes);
  Message message;
  read_message(in, message, 1);
  if (auto done = in.finish(); !done) return std::unexpected(done.error());
  return message;
}

}  // namespace cohort::wire
