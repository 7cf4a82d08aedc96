/// What both load generators, ours and the one of the daemon that we are compared with, send and
/// how they check it: every message carries its sender, its number and a checksum of all its bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace cohort::bench {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

/// The first 16 bytes of every payload, in host order: both ends are on one machine.
struct PayloadHead {
  std::uint16_t kind = 0;
  std::uint16_t rank = 0;
  std::uint32_t checksum = 0;
  std::uint64_t number = 0;
};
inline constexpr std::size_t kHeadBytes = 16;
static_assert(sizeof(PayloadHead) == kHeadBytes);

/// CRC-32C of three interleaved thirds, so that checking costs little beside what is measured.
std::uint32_t checksum_of(ByteView bytes);

/// Makes the payloads of one sender: only the head and the checksum change from one to the next.
class PayloadMaker {
 public:
  /// Payloads are at least kHeadBytes long.
  PayloadMaker(std::uint16_t rank, std::size_t size);
  const Bytes& make(std::uint16_t kind, std::uint64_t number);

 private:
  std::uint16_t rank_;
  std::uint32_t body_;  ///< checksum of what never changes
  Bytes bytes_;
};

/// False where the bytes are not what some PayloadMaker made.
bool read_payload(ByteView bytes, PayloadHead& head);

/// What one receiver got: whole, in each sender's order, nothing missing.
class Verifier {
 public:
  void take(ByteView payload);
  /// The sender has sent so many: all must have come before.
  void end(std::uint16_t rank, std::uint64_t count);

  std::uint64_t messages() const { return messages_; }
  std::uint64_t bytes() const { return bytes_; }
  std::uint64_t faults() const { return faults_; }
  /// Equal at two receivers that took the same messages in the same order.
  std::string order() const;

 private:
  std::map<std::uint16_t, std::uint64_t> next_;
  std::uint64_t messages_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t faults_ = 0;
  std::uint64_t order_ = 1469598103934665603ULL;
};

}  // namespace cohort::bench
