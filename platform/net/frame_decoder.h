/// Cuts a stream of bytes into frames: a length (4 bytes, little-endian), then so many bytes
/// (docs/formats/frame.md). Pure; the same for sites and clients.
#pragma once

#include <array>
#include <optional>

#include "platform/base/bytes.h"
#include "platform/base/result.h"
#include "platform/net/net_limits.h"

namespace cohort::net {

class FrameDecoder {
 public:
  explicit FrameDecoder(std::size_t frame_bytes_limit) : limit_(frame_bytes_limit) {}

  /// From the next frame on.
  void set_limit(std::size_t frame_bytes_limit) { limit_ = frame_bytes_limit; }

  /// Takes what the stream brought, in pieces of any size.
  void feed(ByteView bytes);

  /// The next whole frame, or nothing yet. Errors: kLimit (longer than the limit), kMalformed (a
  /// frame of no bytes): the stream cannot be read any further.
  /// Ensures: allocates for bytes that came, never for a length that was only announced.
  Result<std::optional<Bytes>> next();

  /// Where the stream's next bytes may be appended instead of feed(), which copies them.
  Bytes& input();

  struct Whole {
    ByteView frames;             ///< with their lengths; valid until the next feed()
    std::optional<Error> error;  ///< of what follows them: nothing can be read after it
  };
  /// All whole frames that there are. Errors and allocations as next().
  Whole take_whole();

 private:
  /// The length of the frame that begins there, once all of it has come.
  Result<std::optional<std::size_t>> whole_frame(ByteView unread) const;

  std::size_t limit_;
  Bytes buffer_;
  std::size_t begin_ = 0;  ///< what lies before was taken already
};

/// The length of a frame, as it stands before it. Requires: 1 to 2^32 - 1 bytes.
std::array<std::uint8_t, kFrameHeaderBytes> frame_header(std::size_t frame_bytes);

/// Appends the frame with its length. Requires: 1 to 2^32 - 1 bytes.
void append_frame(Bytes& out, ByteView frame);

}  // namespace cohort::net
