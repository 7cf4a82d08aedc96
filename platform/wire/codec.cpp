#include "platform/wire/codec.h"

#include <bit>

namespace cohort::wire {

void Encoder::fixed32(std::uint32_t value) {
  std::uint8_t little[4];
  for (int i = 0; i < 4; ++i) little[i] = static_cast<std::uint8_t>(value >> (8 * i));
  raw(little);
}

void Encoder::fixed64(std::uint64_t value) {
  std::uint8_t little[8];
  for (int i = 0; i < 8; ++i) little[i] = static_cast<std::uint8_t>(value >> (8 * i));
  raw(little);
}

void Encoder::patch32(std::size_t at, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) out_[at + i] = static_cast<std::uint8_t>(value >> (8 * i));
}

void Encoder::long_varint(std::uint64_t value) {
  while (value >= 0x80) {
    u8(static_cast<std::uint8_t>(value | 0x80));
    value >>= 7;
  }
  u8(static_cast<std::uint8_t>(value));
}

void Encoder::zigzag(std::int64_t value) {
  varint((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
}

void Encoder::real(double value) {
  fixed64(std::bit_cast<std::uint64_t>(value));
}

void Encoder::bytes(ByteView value) {
  varint(value.size());
  out_.insert(out_.end(), value.begin(), value.end());
}

void Encoder::text(std::string_view value) {
  varint(value.size());
  out_.insert(out_.end(), value.begin(), value.end());
}

void Encoder::site_life(SiteLife life) {
  varint(life.site.value);
  varint(life.incarnation.value);
}

void Decoder::fail(std::string_view why) {
  if (!failed_) why_ = why;
  failed_ = true;
  in_ = {};
}

std::uint8_t Decoder::at_end() {
  fail("ends too early");
  return 0;
}

std::uint32_t Decoder::fixed32() {
  if (in_.size() < 4) {
    fail("ends too early");
    return 0;
  }
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value |= std::uint32_t{in_[i]} << (8 * i);
  in_ = in_.subspan(4);
  return value;
}

std::uint64_t Decoder::fixed64() {
  if (in_.size() < 8) {
    fail("ends too early");
    return 0;
  }
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) value |= std::uint64_t{in_[i]} << (8 * i);
  in_ = in_.subspan(8);
  return value;
}

std::uint64_t Decoder::long_varint() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const std::uint8_t byte = u8();
    if (shift == 63 && (byte & 0xfe) != 0) break;
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) return failed_ ? 0 : value;
  }
  fail("a varint is longer than 64 bits");
  return 0;
}

std::int64_t Decoder::zigzag() {
  const std::uint64_t value = varint();
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

double Decoder::real() {
  return std::bit_cast<double>(fixed64());
}

bool Decoder::boolean() {
  const std::uint8_t value = u8();
  if (value > 1) fail("a boolean is neither 0 nor 1");
  return value == 1;
}

ByteView Decoder::bytes(std::size_t limit) {
  const std::uint64_t length = varint();
  if (length > limit) {
    fail("a byte string is beyond its limit");
    return {};
  }
  if (length > in_.size()) {
    fail("a byte string ends too early");
    return {};
  }
  const ByteView value = in_.first(length);
  in_ = in_.subspan(length);
  return value;
}

std::string Decoder::text(std::size_t limit) {
  const ByteView value = bytes(limit);
  return {value.begin(), value.end()};
}

SiteLife Decoder::site_life() {
  const std::uint64_t site = varint();
  const std::uint64_t incarnation = varint();
  if (site > UINT16_MAX || incarnation > UINT16_MAX) fail("a site or incarnation is too large");
  return {SiteId{static_cast<std::uint16_t>(site)},
          Incarnation{static_cast<std::uint16_t>(incarnation)}};
}

std::size_t Decoder::count(std::size_t limit) {
  const std::uint64_t value = varint();
  if (value > limit) {
    fail("a count is beyond its limit");
    return 0;
  }
  if (value > in_.size()) {
    fail("a count is larger than what is left");
    return 0;
  }
  return value;
}

Result<void> Decoder::finish() const {
  if (failed_) return make_error(Errc::kMalformed, why_);
  if (!in_.empty()) return make_error(Errc::kMalformed, "bytes are left over");
  return {};
}

}  // namespace cohort::wire
