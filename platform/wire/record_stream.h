/// Client records as they lie in a stream: a length (4 bytes, little-endian), then so many bytes
/// (docs/formats/frame.md). Built in place, without a copy of each record.
#pragma once

#include <optional>

#include "platform/base/bytes.h"
#include "platform/wire/client_protocol.h"

namespace cohort::wire {

inline constexpr std::size_t kRecordLengthBytes = 4;

/// Appends the framed record; returns the record's own length.
std::size_t append_record(Bytes& out, const ClientRequest& request);
std::size_t append_record(Bytes& out, const ClientEvent& event);
/// Appends a Deliver with `payload` in the place of its own, and DeliverParts for what lies above
/// `part_bytes` (parts.h puts them together again); returns the lengths of all these records.
/// Requires: part_bytes is 1 to limits::kPartBytes.
std::size_t append_delivery(Bytes& out, Deliver deliver, ByteView payload, std::size_t part_bytes);

/// Appends a record that is encoded already.
inline void append_framed_record(Bytes& out, ByteView record) {
  for (std::size_t i = 0; i < kRecordLengthBytes; ++i) {
    out.push_back(static_cast<std::uint8_t>(record.size() >> (8 * i)));
  }
  out.insert(out.end(), record.begin(), record.end());
}

/// One framed record.
inline Bytes framed(ByteView record) {
  Bytes out;
  out.reserve(kRecordLengthBytes + record.size());
  append_framed_record(out, record);
  return out;
}

/// Takes the next record off the front of a stream; nothing where there is none, or only a part.
/// The view lies in the stream.
inline std::optional<ByteView> take_record(ByteView& stream) {
  if (stream.size() < kRecordLengthBytes) return std::nullopt;
  std::size_t length = 0;
  for (std::size_t i = 0; i < kRecordLengthBytes; ++i) length |= std::size_t{stream[i]} << (8 * i);
  if (stream.size() - kRecordLengthBytes < length) return std::nullopt;
  const ByteView record = stream.subspan(kRecordLengthBytes, length);
  stream = stream.subspan(kRecordLengthBytes + length);
  return record;
}

}  // namespace cohort::wire
