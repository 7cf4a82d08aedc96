/// How a daemon learns that a client's process has ended before the kernel says so by the end of
/// its socket: a robust futex in the memory that the client writes. The kernel marks and wakes it
/// when the thread that holds it ends, whatever ended it; it closes the sockets only once it has
/// taken down the process's memory, which takes milliseconds (docs/formats/client-protocol.md).
///
/// Two processes that do not trust each other: what a client writes there can end its own link and
/// nothing else. Source: Linux, Documentation/locking/robust-futex-ABI.rst.
#pragma once

#include <pthread.h>

#include <atomic>
#include <cstdint>
#include <memory>

#include "platform/net/ring.h"

namespace cohort::net {

/// Of the mutex, in the first page of the memory that the client writes; its first word is the
/// futex.
inline constexpr std::size_t kLifeLineOffset = 2048;
static_assert(kLifeLineOffset >= sizeof(RingHeader));
static_assert(kLifeLineOffset + sizeof(pthread_mutex_t) <= kRingHeaderBytes);

/// The client's end.
class LifeLine {
 public:
  /// Holds it for as long as the calling thread lives and the object is there. Null: it cannot be;
  /// then the daemon has the end of the socket.
  static std::unique_ptr<LifeLine> hold(int memory);
  /// Lets go. In another thread than hold()'s its page stays mapped: that thread's list of what it
  /// holds leads through it.
  ~LifeLine();
  LifeLine(const LifeLine&) = delete;
  LifeLine& operator=(const LifeLine&) = delete;

 private:
  explicit LifeLine(void* page) : page_(page) {}
  pthread_mutex_t& mutex() const;
  void* page_;
};

/// The daemon's end. Reads only.
class LifeLineWord {
 public:
  /// Null: it cannot be mapped.
  static std::shared_ptr<LifeLineWord> map(int memory);
  ~LifeLineWord();
  LifeLineWord(const LifeLineWord&) = delete;
  LifeLineWord& operator=(const LifeLineWord&) = delete;

  /// Of the futex: 0 where nobody holds it.
  std::uint32_t value() const { return word().load(std::memory_order_acquire); }
  const std::atomic<std::uint32_t>& word() const;

  static bool is_held(std::uint32_t value);
  static bool holder_died(std::uint32_t value);

 private:
  explicit LifeLineWord(void* page) : page_(page) {}
  void* page_;
};

}  // namespace cohort::net
