/// Many numbers of one origin's stream in one frame: what a site numbers in one step travels to a
/// peer together, and what neighbours have in common is said once (docs/formats/frame.md).
#pragma once

#include <cstdint>

#include "platform/wire/peer_protocol.h"

namespace cohort::wire {

/// Builds the encoding of one StreamBatch, as a PeerFrame, while its numbers are given.
class StreamBatchEncoder {
 public:
  struct Number {
    std::uint64_t first = 0;  ///< less than `number` for skips of several numbers only
    std::uint64_t number = 0;
    std::uint64_t epoch = 0;
    EntryKind kind = EntryKind::kMessage;
    std::uint64_t transfer = 0;  ///< as in StreamFrame
    std::uint64_t before = 0;
    ByteView payload;  ///< of a message
  };

  bool empty() const { return count_ == 0; }
  /// Whether one more number with so many bytes of payload keeps the frame within
  /// limits::kFrameBytes and limits::kNumbersPerBatch.
  bool fits(std::size_t payload_bytes) const;
  /// Requires: the number that follows the last one; `view` and `rank` as for those before.
  /// Ensures: the receiver gets head.vector[rank] as number - 1, whatever it says here.
  void add(std::uint64_t view, std::size_t rank, const Number& number, const MessageHead& head);
  /// The frame; the encoder is empty again.
  Bytes take();

 private:
  Encoder out_;
  std::size_t count_ = 0;
  std::uint64_t epoch_ = 0;  ///< of the number before; so is head_
  bool head_given_ = false;
  MessageHead head_;
};

void put_head(Encoder& out, const MessageHead& head);
void get_head(Decoder& in, MessageHead& head);
void put(Encoder& out, const StreamBatch& batch);
void get(Decoder& in, StreamBatch& batch);

}  // namespace cohort::wire
