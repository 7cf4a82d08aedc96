#include "tests/bench/payload.h"

#include <immintrin.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace cohort::bench {

namespace {

std::uint64_t word_at(const std::uint8_t* bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

__attribute__((target("sse4.2"))) std::uint32_t crc_of(ByteView bytes) {
  std::array<std::uint64_t, 3> lanes{~0U, ~0U, ~0U};
  const std::size_t third = bytes.size() / 24;  // words a lane
  const std::uint8_t* at = bytes.data();
  for (std::size_t i = 0; i < third; ++i) {
    for (std::size_t lane = 0; lane < 3; ++lane) {
      lanes[lane] = _mm_crc32_u64(lanes[lane], word_at(at + 8 * (i + lane * third)));
    }
  }
  std::uint64_t crc = ~0U;
  for (const std::uint64_t lane : lanes) crc = _mm_crc32_u64(crc, lane);
  for (const std::uint8_t byte : bytes.subspan(24 * third)) {
    crc = _mm_crc32_u8(static_cast<std::uint32_t>(crc), byte);
  }
  return static_cast<std::uint32_t>(crc);
}

std::uint32_t seal(PayloadHead head, std::uint32_t body) {
  head.checksum = body;
  std::array<std::uint8_t, kHeadBytes> bytes;
  std::memcpy(bytes.data(), &head, kHeadBytes);
  return checksum_of(bytes);
}

}  // namespace

std::uint32_t checksum_of(ByteView bytes) {
  return crc_of(bytes);
}

PayloadMaker::PayloadMaker(std::uint16_t rank, std::size_t size)
    : rank_(rank), bytes_(std::max(size, kHeadBytes)) {
  std::uint64_t state = 0x9e3779b97f4a7c15ULL * (rank + 1U);
  for (std::uint8_t& byte : bytes_) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    byte = static_cast<std::uint8_t>(state >> 56);
  }
  body_ = checksum_of(ByteView(bytes_).subspan(kHeadBytes));
}

const Bytes& PayloadMaker::make(std::uint16_t kind, std::uint64_t number) {
  PayloadHead head{kind, rank_, 0, number};
  head.checksum = seal(head, body_);
  std::memcpy(bytes_.data(), &head, kHeadBytes);
  return bytes_;
}

bool read_payload(ByteView bytes, PayloadHead& head) {
  if (bytes.size() < kHeadBytes) return false;
  std::memcpy(&head, bytes.data(), kHeadBytes);
  return head.checksum == seal(head, checksum_of(bytes.subspan(kHeadBytes)));
}

void Verifier::take(ByteView payload) {
  PayloadHead head;
  ++messages_;
  bytes_ += payload.size();
  if (!read_payload(payload, head)) {
    ++faults_;
    return;
  }
  std::uint64_t& next = next_[head.rank];
  if (head.number != next) ++faults_;
  next = head.number + 1;
  order_ = (order_ ^ (head.rank * 1000003ULL + head.number)) * 1099511628211ULL;
}

void Verifier::end(std::uint16_t rank, std::uint64_t count) {
  if (next_[rank] != count) ++faults_;
}

std::string Verifier::order() const {
  return std::to_string(order_);
}

}  // namespace cohort::bench
