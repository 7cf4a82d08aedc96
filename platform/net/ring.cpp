#include "platform/net/ring.h"

#include <algorithm>
#include <cstring>

namespace cohort::net {

namespace {

void copy_in(const RingPlace& place, std::uint64_t position, ByteView data) {
  const std::uint64_t at = position & (place.size - 1);
  const std::size_t first = std::min<std::size_t>(data.size(), place.size - at);
  if (first > 0) std::memcpy(place.bytes + at, data.data(), first);
  if (first < data.size()) std::memcpy(place.bytes, data.data() + first, data.size() - first);
}

void copy_out(const RingPlace& place, std::uint64_t position, Bytes& out, std::size_t count) {
  const std::uint64_t at = position & (place.size - 1);
  const std::size_t first = std::min<std::size_t>(count, place.size - at);
  out.insert(out.end(), place.bytes + at, place.bytes + at + first);
  out.insert(out.end(), place.bytes, place.bytes + (count - first));
}

}  // namespace

Result<RingWriter::Written> RingWriter::write(ByteView data) {
  Written result;
  // Twice: room that came while the wish for it was being written would never be told of.
  for (int attempt = 0; attempt < 2 && result.count < data.size(); ++attempt) {
    const std::uint64_t read = place_.header->read.load(std::memory_order_seq_cst);
    if (read < read_ || read > written_) {
      return make_error(Errc::kCorrupt, "the reader's position in the shared memory is impossible");
    }
    read_ = read;
    const std::size_t room = place_.size - (written_ - read_);
    const ByteView part = data.subspan(result.count, std::min(room, data.size() - result.count));
    copy_in(place_, written_, part);
    written_ += part.size();
    result.count += part.size();
    place_.header->written.store(written_, std::memory_order_seq_cst);
    if (result.count < data.size()) {
      place_.header->writer_waits.store(1, std::memory_order_seq_cst);
    }
  }
  result.wake_reader = place_.header->reader_sleeps.exchange(0, std::memory_order_seq_cst) != 0;
  return result;
}

Result<RingReader::Read> RingReader::read(Bytes& out, std::size_t room) {
  Read result;
  const std::uint64_t written = place_.header->written.load(std::memory_order_seq_cst);
  if (written < written_ || written - read_ > place_.size) {
    return make_error(Errc::kCorrupt, "the writer's position in the shared memory is impossible");
  }
  written_ = written;
  result.count = std::min<std::size_t>(written_ - read_, room);
  copy_out(place_, read_, out, result.count);
  read_ += result.count;
  place_.header->read.store(read_, std::memory_order_seq_cst);
  if (place_.header->writer_waits.load(std::memory_order_seq_cst) != 0) {
    result.wake_writer = place_.header->writer_waits.exchange(0, std::memory_order_seq_cst) != 0;
  }
  return result;
}

bool RingReader::sleep() {
  place_.header->reader_sleeps.store(1, std::memory_order_seq_cst);
  if (place_.header->written.load(std::memory_order_seq_cst) == read_) return true;
  place_.header->reader_sleeps.store(0, std::memory_order_seq_cst);
  return false;
}

}  // namespace cohort::net
