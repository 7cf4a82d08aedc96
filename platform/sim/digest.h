/// A running digest of everything that a run did: two runs of one seed must end with the same one.
#pragma once

#include <cstdint>
#include <string_view>

#include "platform/base/bytes.h"

namespace cohort::sim {

class Digest {
 public:
  void add(std::uint64_t value) {
    for (int shift = 0; shift < 64; shift += 8) fold(static_cast<std::uint8_t>(value >> shift));
  }
  void add(ByteView bytes) {
    add(bytes.size());
    for (const std::uint8_t byte : bytes) fold(byte);
  }
  void add(std::string_view text) {
    add(text.size());
    for (const char c : text) fold(static_cast<std::uint8_t>(c));
  }
  std::uint64_t value() const { return value_; }

 private:
  void fold(std::uint8_t byte) { value_ = (value_ ^ byte) * 0x100000001b3ULL; }
  std::uint64_t value_ = 0xcbf29ce484222325ULL;
};

}  // namespace cohort::sim
