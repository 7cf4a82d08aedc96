/// One direction of a client's shared memory: a ring of bytes with one writer and one reader, in
/// two processes that do not trust each other (docs/formats/client-protocol.md).
///
/// Invariants: both positions only grow; written - read <= size. Each end keeps its own position
/// itself and believes the other's only where it fits: what the other end scribbles into the memory
/// can spoil its own bytes, never make this end read or write outside the ring.
/// No blocking, no system call: who is to be woken is told by the return values.
#pragma once

#include <atomic>
#include <cstdint>

#include "platform/base/bytes.h"
#include "platform/base/result.h"

namespace cohort::net {

/// Of each direction of a client's shared memory: a power of two, above the longest record.
inline constexpr std::size_t kRingBytes = 256 * 1024;

inline constexpr std::uint32_t kRingMagic = 0x52524843;  // "CHRR"
inline constexpr std::uint32_t kRingVersion = 2;

/// The first page of the memory; the bytes follow it. Each field that is written often lies on a
/// cache line of its own.
struct RingHeader {
  std::uint32_t magic = kRingMagic;
  std::uint32_t version = kRingVersion;
  std::uint64_t size = 0;                              ///< of the bytes; a power of two
  alignas(64) std::atomic<std::uint64_t> written = 0;  ///< bytes ever written; the writer's
  alignas(64) std::atomic<std::uint64_t> read = 0;     ///< bytes ever read; the reader's
  alignas(64) std::atomic<std::uint32_t> reader_sleeps = 0;
  alignas(64) std::atomic<std::uint32_t> writer_waits = 0;
};
inline constexpr std::size_t kRingHeaderBytes = 4096;
static_assert(sizeof(RingHeader) <= kRingHeaderBytes);
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

/// Where a ring lies; whoever mapped it keeps it mapped.
struct RingPlace {
  RingHeader* header = nullptr;
  std::uint8_t* bytes = nullptr;
  std::uint64_t size = 0;  ///< as agreed, not as the header says
};

class RingWriter {
 public:
  explicit RingWriter(RingPlace place) : place_(place) {}

  struct Written {
    std::size_t count = 0;     ///< how many of the bytes found room
    bool wake_reader = false;  ///< it sleeps
  };
  /// Writes the first part of `data` that fits. Where not all fits the reader is asked to wake this
  /// end when it has made room. Errors: kCorrupt: the other end scribbled over its position.
  Result<Written> write(ByteView data);

 private:
  RingPlace place_;
  std::uint64_t written_ = 0;
  std::uint64_t read_ = 0;  ///< the last one believed
};

class RingReader {
 public:
  explicit RingReader(RingPlace place) : place_(place) {}

  struct Read {
    std::size_t count = 0;     ///< bytes copied
    bool wake_writer = false;  ///< it waits for room
  };
  /// Copies what there is, at most `room` bytes, to the end of `out`. Errors: kCorrupt.
  Result<Read> read(Bytes& out, std::size_t room);
  /// Says that this end goes to sleep. False: something came meanwhile, read again.
  bool sleep();

 private:
  RingPlace place_;
  std::uint64_t read_ = 0;
  std::uint64_t written_ = 0;  ///< the last one believed
};

}  // namespace cohort::net
