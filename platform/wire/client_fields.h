/// How the values inside client records are written and read: one description serves both ways, so
/// that the two cannot drift apart. Private to the wire library.
#pragma once

#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "platform/base/limits.h"
#include "platform/wire/client_protocol.h"
#include "platform/wire/codec.h"
#include "platform/wire/record_stream.h"

namespace cohort::wire::fields {

/// Appends each field to an encoder.
struct Writer {
  template <typename T>
  using Ref = const T&;
  Encoder& out;

  void number(std::uint64_t value) { out.varint(value); }
  void version(std::uint32_t value) { out.varint(value); }
  void byte(std::uint8_t value) { out.u8(value); }
  void flag(bool value) { out.boolean(value); }
  void rest(std::uint64_t value) { out.varint(value); }
  void text(const std::string& value, std::size_t) { out.text(value); }
  void bytes(const Bytes& value, std::size_t) { out.bytes(value); }
  void process(ProcessId value) { out.process(value); }
  void group(GroupId value) { out.group(value); }
  void site_life(SiteLife value) { out.site_life(value); }
  void message(const Message& value) { out.bytes(value.encode()); }
  template <typename E>
  void choice(E value, E, E) {
    out.u8(static_cast<std::uint8_t>(value));
  }
  template <typename List, typename Each>
  void list(const List& values, std::size_t, Each each) {
    out.varint(values.size());
    for (const auto& value : values) each(*this, value);
  }
};

/// Reads each field from a decoder; a violated limit makes the decoder fail.
struct Reader {
  template <typename T>
  using Ref = T&;
  Decoder& in;

  void number(std::uint64_t& value) { value = in.varint(); }
  void version(std::uint32_t& value) {
    const std::uint64_t read = in.varint();
    if (read > UINT32_MAX) in.fail("a version is too large");
    value = static_cast<std::uint32_t>(read);
  }
  void byte(std::uint8_t& value) { value = in.u8(); }
  void flag(bool& value) { value = in.boolean(); }
  void rest(std::uint64_t& value) {
    value = in.varint();
    if (value >= limits::kPayloadBytes) in.fail("the rest of a payload is beyond its limit");
  }
  void text(std::string& value, std::size_t limit) { value = in.text(limit); }
  void bytes(Bytes& value, std::size_t limit) {
    const ByteView view = in.bytes(limit);
    value.assign(view.begin(), view.end());
  }
  void process(ProcessId& value) { value = in.process(); }
  void group(GroupId& value) { value = in.group(); }
  void site_life(SiteLife& value) { value = in.site_life(); }
  void message(Message& value) {
    auto decoded = Message::decode(in.bytes(limits::kFrameBytes));
    if (!decoded) return in.fail(decoded.error().text);
    value = std::move(*decoded);
  }
  template <typename E>
  void choice(E& value, E first, E last) {
    const std::uint8_t read = in.u8();
    if (read < static_cast<std::uint8_t>(first) || read > static_cast<std::uint8_t>(last)) {
      in.fail("a choice is out of its range");
      return;
    }
    value = static_cast<E>(read);
  }
  template <typename List, typename Each>
  void list(List& values, std::size_t limit, Each each) {
    const std::size_t count = in.count(limit);
    for (std::size_t i = 0; i < count && !in.failed(); ++i) each(*this, values.emplace_back());
  }
};

template <typename Io, typename List>
void processes(Io& io, List& x, std::size_t limit) {
  io.list(x, limit, [](Io& each, auto& id) { each.process(id); });
}

template <typename Io>
void describe(Io& io, typename Io::template Ref<Direct> x) {
  io.process(x.peer);
  io.byte(x.entry);
  io.number(x.taken);
  io.bytes(x.data, limits::kPartBytes);
}

template <typename Io>
void destinations(Io& io, typename Io::template Ref<Destinations> x) {
  io.list(x.groups, limits::kDestinations, [](Io& each, auto& id) { each.group(id); });
  processes(io, x.processes, limits::kDestinations);
}

template <typename Io>
void message_id(Io& io, typename Io::template Ref<MessageId> x) {
  io.site_life(x.origin);
  io.number(x.view);
  io.number(x.number);
}

template <typename Io>
void group_view(Io& io, typename Io::template Ref<GroupView> x) {
  io.group(x.group);
  io.text(x.name, limits::kNameBytes);
  io.number(x.number);
  processes(io, x.members, limits::kMembersPerGroup);
}

template <typename Io>
void site_lives(Io& io, typename Io::template Ref<std::vector<SiteLife>> x) {
  io.list(x, limits::kSitesPerPlant, [](Io& each, auto& life) { each.site_life(life); });
}

template <typename Io>
void site_view(Io& io, typename Io::template Ref<SiteView> x) {
  io.number(x.number);
  site_lives(io, x.members);
}

template <typename Io>
void error_code(Io& io, typename Io::template Ref<Errc> x) {
  io.choice(x, Errc::kOk, Errc::kVersion);
}

template <typename Io>
void departure(Io& io, typename Io::template Ref<Departure> x) {
  io.choice(x, Departure::kLeft, Departure::kSlow);
}

template <typename Io>
void order(Io& io, typename Io::template Ref<Order> x) {
  io.choice(x, Order::kCausal, Order::kGlobal);
}

/// The kind of a record: 1 + its index in the variant.
template <typename Record, typename... Records>
constexpr std::uint8_t kind_of(std::type_identity<std::variant<Records...>>) {
  std::uint8_t kind = 1;
  const bool found = ((std::is_same_v<Record, Records> || (++kind, false)) || ...);
  return found ? kind : std::uint8_t{0};
}

/// Reads the record kind (1 + index in the variant) and the record of that kind.
template <typename Variant, std::size_t... Index>
Result<Variant> read_record(ByteView bytes, std::index_sequence<Index...>) {
  if (bytes.size() > limits::kFrameBytes) {
    return make_error(Errc::kLimit, "a client record is longer than a frame may be");
  }
  Decoder in(bytes);
  const std::size_t kind = in.u8();
  Variant result;
  const auto read_as = [&]<std::size_t I>(std::integral_constant<std::size_t, I>) {
    Reader io{in};
    describe(io, result.template emplace<I>());
  };
  const bool known =
      ((kind == Index + 1 && (read_as(std::integral_constant<std::size_t, Index>{}), true)) || ...);
  if (!known) in.fail("a client record is of an unknown kind");
  if (auto done = in.finish(); !done) return std::unexpected(done.error());
  return result;
}

template <typename Variant>
void write_record(Encoder& out, const Variant& record) {
  out.u8(static_cast<std::uint8_t>(record.index() + 1));
  std::visit(
      [&](const auto& held) {
        if constexpr (requires { held.payload.size(); }) out.expect(64 + held.payload.size());
        Writer io{out};
        describe(io, held);
      },
      record);
}

template <typename Variant>
Bytes write_record(const Variant& record) {
  Encoder out;
  write_record(out, record);
  return out.take();
}

/// Frames what `write` puts into the encoder; returns its length without the frame.
template <typename Write>
std::size_t append_framed(Bytes& out, Write write) {
  Encoder encoder(std::move(out));
  const std::size_t begin = encoder.size();
  encoder.fixed32(0);
  write(encoder);
  const std::size_t length = encoder.size() - begin - kRecordLengthBytes;
  encoder.patch32(begin, static_cast<std::uint32_t>(length));
  out = encoder.take();
  return length;
}

}  // namespace cohort::wire::fields
