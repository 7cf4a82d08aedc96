/// How long what an Encoder writes will be: the same calls, counted and not written.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "platform/base/bytes.h"
#include "platform/base/ids.h"

namespace cohort::wire {

class EncodedSize {
 public:
  std::size_t total() const { return size_; }

  void u8(std::uint8_t) { ++size_; }
  void fixed64(std::uint64_t) { size_ += 8; }
  void varint(std::uint64_t value) {
    size_ += (static_cast<std::size_t>(std::bit_width(value | 1)) + 6) / 7;
  }
  void zigzag(std::int64_t value) {
    varint((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
  }
  void real(double) { size_ += 8; }
  void boolean(bool) { ++size_; }
  void bytes(ByteView value) { text_of(value.size()); }
  void text(std::string_view value) { text_of(value.size()); }
  void process(ProcessId id) { fixed64(id.value); }
  void group(GroupId id) { fixed64(id.value); }

 private:
  void text_of(std::size_t length) {
    varint(length);
    size_ += length;
  }

  std::size_t size_ = 0;
};

}  // namespace cohort::wire
