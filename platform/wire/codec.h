/// The byte encoding that every frame, message and record of ours uses.
///
/// Integers are unsigned LEB128 varints unless fixed; signed ones are zig-zag; text and byte
/// strings carry their length first. Grammar: docs/formats/codec.md.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "platform/base/bytes.h"
#include "platform/base/ids.h"
#include "platform/base/result.h"

namespace cohort::wire {

/// Appends to a byte string. Never fails.
class Encoder {
 public:
  Encoder() { out_.reserve(kFirstBytes); }
  /// Goes on where `out` ends.
  explicit Encoder(Bytes&& out) : out_(std::move(out)) {}

  void u8(std::uint8_t value) { out_.push_back(value); }
  void fixed32(std::uint32_t value);  ///< little-endian
  void fixed64(std::uint64_t value);  ///< little-endian
  void varint(std::uint64_t value) {
    if (value < 0x80) return u8(static_cast<std::uint8_t>(value));  // nearly all of them
    long_varint(value);
  }
  void zigzag(std::int64_t value);
  void real(double value);  ///< IEEE 754 bits, little-endian
  void boolean(bool value) { u8(value ? 1 : 0); }
  void bytes(ByteView value);
  void raw(ByteView value) { out_.insert(out_.end(), value.begin(), value.end()); }
  void text(std::string_view value);
  void site_life(SiteLife life);
  void process(ProcessId id) { fixed64(id.value); }
  void group(GroupId id) { fixed64(id.value); }

  /// Overwrites four bytes that fixed32() wrote. Requires: they begin at `at`.
  void patch32(std::size_t at, std::uint32_t value);

  /// Makes room at once for so many bytes more: one allocation instead of several.
  void expect(std::size_t bytes) {
    const std::size_t needed = out_.size() + bytes;
    if (needed > out_.capacity()) out_.reserve(std::max(needed, 2 * out_.capacity()));
  }

  std::size_t size() const { return out_.size(); }
  const Bytes& view() const { return out_; }
  Bytes take() { return std::move(out_); }

 private:
  static constexpr std::size_t kFirstBytes = 64;  ///< so that short ones are allocated once

  void long_varint(std::uint64_t value);

  Bytes out_;
};

/// Reads what Encoder wrote. The first malformed field makes the decoder fail; from then on every
/// read returns a zero value, so that a caller checks once, at the end, with finish().
class Decoder {
 public:
  explicit Decoder(ByteView in) : in_(in) {}

  std::uint8_t u8() {
    if (in_.empty()) return at_end();
    const std::uint8_t value = in_.front();
    in_ = in_.subspan(1);
    return value;
  }
  std::uint32_t fixed32();
  std::uint64_t fixed64();
  std::uint64_t varint() {
    if (in_.empty() || in_.front() >= 0x80) return long_varint();
    return u8();  // nearly all of them
  }
  std::int64_t zigzag();
  double real();
  bool boolean();
  ByteView bytes(std::size_t limit);  ///< valid as long as the input is
  std::string text(std::size_t limit);
  SiteLife site_life();
  ProcessId process() { return ProcessId{fixed64()}; }
  GroupId group() { return GroupId{fixed64()}; }

  /// A count of elements that follow: fails above `limit`, or when fewer than `count` bytes are
  /// left, so that nothing large is allocated for a hostile count.
  std::size_t count(std::size_t limit);

  void fail(std::string_view why);
  bool failed() const { return failed_; }
  std::size_t left() const { return in_.size(); }
  ByteView rest() const { return in_; }

  /// kMalformed unless everything was read and nothing failed.
  Result<void> finish() const;

 private:
  std::uint8_t at_end();
  std::uint64_t long_varint();

  ByteView in_;
  bool failed_ = false;
  std::string why_;
};

}  // namespace cohort::wire
