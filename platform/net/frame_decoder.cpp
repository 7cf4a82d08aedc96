#include "platform/net/frame_decoder.h"

#include <fmt/format.h>

#include <limits>

#include "platform/base/assert.h"
#include "platform/net/net_limits.h"

namespace cohort::net {

void FrameDecoder::feed(ByteView bytes) {
  Bytes& buffer = input();
  buffer.insert(buffer.end(), bytes.begin(), bytes.end());
}

Bytes& FrameDecoder::input() {
  if (begin_ == buffer_.size()) {
    buffer_.clear();
    begin_ = 0;
  } else if (begin_ > kReadBytes) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(begin_));
    begin_ = 0;
  }
  return buffer_;
}

Result<std::optional<std::size_t>> FrameDecoder::whole_frame(ByteView unread) const {
  if (unread.size() < kFrameHeaderBytes) return std::nullopt;
  std::size_t length = 0;
  for (std::size_t i = 0; i < kFrameHeaderBytes; ++i) {
    length |= std::size_t{unread[i]} << (8 * i);
  }
  if (length == 0) return make_error(Errc::kMalformed, "a frame of no bytes");
  if (length > limit_) {
    return make_error(Errc::kLimit,
                      fmt::format("a frame of {} bytes; at most {} are allowed", length, limit_));
  }
  if (unread.size() < kFrameHeaderBytes + length) return std::nullopt;
  return length;
}

Result<std::optional<Bytes>> FrameDecoder::next() {
  const ByteView unread = ByteView(buffer_).subspan(begin_);
  const auto length = whole_frame(unread);
  if (!length) return std::unexpected(length.error());
  if (!*length) return std::nullopt;
  const ByteView body = unread.subspan(kFrameHeaderBytes, **length);
  begin_ += kFrameHeaderBytes + **length;
  return Bytes(body.begin(), body.end());
}

FrameDecoder::Whole FrameDecoder::take_whole() {
  Whole result;
  const ByteView unread = ByteView(buffer_).subspan(begin_);
  std::size_t taken = 0;
  for (;;) {
    const auto length = whole_frame(unread.subspan(taken));
    if (!length) result.error = length.error();
    if (!length || !*length) break;
    taken += kFrameHeaderBytes + **length;
  }
  result.frames = unread.first(taken);
  begin_ += taken;
  return result;
}

std::array<std::uint8_t, kFrameHeaderBytes> frame_header(std::size_t frame_bytes) {
  COHORT_ASSERT(frame_bytes > 0 && frame_bytes <= std::numeric_limits<std::uint32_t>::max(),
                "a frame has 1 to 2^32 - 1 bytes");
  std::array<std::uint8_t, kFrameHeaderBytes> header{};
  for (std::size_t i = 0; i < kFrameHeaderBytes; ++i) {
    header[i] = static_cast<std::uint8_t>(frame_bytes >> (8 * i));
  }
  return header;
}

void append_frame(Bytes& out, ByteView frame) {
  const auto header = frame_header(frame.size());
  out.insert(out.end(), header.begin(), header.end());
  out.insert(out.end(), frame.begin(), frame.end());
}

}  // namespace cohort::net
