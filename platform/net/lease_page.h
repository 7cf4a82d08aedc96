/// The page of memory in which a daemon tells one client, without any record, until when the site's
/// lease lasts (docs/formats/client-protocol.md): what it says counts for records that the client
/// has not read yet, and goes on counting when the daemon has died (V11).
///
/// One writer, one reader, in two processes of one host and thus of one clock. No system call.
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

#include "platform/base/result.h"
#include "platform/base/time.h"
#include "platform/net/ring_memory.h"

namespace cohort::net {

inline constexpr std::uint32_t kLeaseMagic = 0x504c4843;  // "CHLP"
inline constexpr std::uint32_t kLeaseVersion = 1;
inline constexpr std::size_t kLeaseBytes = 4096;

struct LeaseHeader {
  std::uint32_t magic = kLeaseMagic;
  std::uint32_t version = kLeaseVersion;
  alignas(64) std::atomic<std::int64_t> until_ns = 0;  ///< of CLOCK_BOOTTIME
};
static_assert(sizeof(LeaseHeader) <= kLeaseBytes);
static_assert(std::atomic<std::int64_t>::is_always_lock_free);

/// One end's mapping; unmapped with its owner.
class LeasePage {
 public:
  /// The daemon's part: a page that says "over", and the descriptor to hand to the client.
  /// Errors: kIo.
  static Result<std::pair<LeasePage, Descriptor>> make();
  /// The client's part, read only. Errors: kCorrupt (another size or version, not sealed), kIo.
  static Result<LeasePage> map(int descriptor);
  ~LeasePage();
  LeasePage(LeasePage&& other) noexcept : header_(std::exchange(other.header_, nullptr)) {}
  LeasePage& operator=(LeasePage&&) = delete;

  /// Requires: the daemon's part.
  void set(MonotonicTime until) {
    header_->until_ns.store(until.time_since_epoch().count(), std::memory_order_relaxed);
  }
  MonotonicTime until() const {
    return MonotonicTime{Duration(header_->until_ns.load(std::memory_order_relaxed))};
  }

 private:
  explicit LeasePage(LeaseHeader* header) : header_(header) {}
  LeaseHeader* header_ = nullptr;
};

}  // namespace cohort::net
