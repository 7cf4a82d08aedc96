/// The byte encoding that every frame, message and record of ours uses.
///
/// Integers are unsigned LEB128 varints unless fixed; signed ones are zig-zag; text and byte
/// strings carry their length first. Grammar: docs/formats/codec.md.
#pragma once

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
  void u8(std::uint8_t value) { out_.push_back(value); }
  void fixed32(std::uint32_t value);  ///< little-endian
  void fixed64(std::uint64_t value);  ///< little-endian
  void varint(std::uint64_t value);
  void zigzag(std::int64_t value);
  void real(double value);  ///< IEEE 754 bits, little-endian
  void boolean(bool value) { u8(value ? 1 : 0); }
  void bytes(ByteView value);
  void text(std::string_view value);
  void site_life(SiteLife life);
  void process(ProcessId id) { fixed64(id.value); }
  void group(GroupId id) { fixed64(id.value); }

  std::size_t size() const { return out_.size(); }
  const Bytes& view() const { return out_; }
  Bytes take() { return std::move(out_); }

 private:
  Bytes out_;
};

/// Reads what Encoder wrote. The first malformed field makes the decoder fail; from then on every
/// read returns a zero value, so that a caller checks once, at the end, with finish().
class Decoder {
 public:
  explicit Decoder(ByteView in) : in_(in) {}

  std::uint8_t u8();
  std::uint32_t fixed32();
  std::uint64_t fixed64();
  std::uint64_t varint();
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
  ByteView in_;
  bool failed_ = false;
  std::string why_;
};

}  // namespace cohort::wire
