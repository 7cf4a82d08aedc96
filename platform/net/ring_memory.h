/// The shared memory of one client: two rings and the two wake-up calls, made by the daemon, handed
/// to the client over its Unix socket (docs/formats/client-protocol.md).
#pragma once

#include <array>
#include <optional>
#include <utility>

#include "platform/base/result.h"
#include "platform/net/ring.h"

namespace cohort::net {

/// A file descriptor that is closed with its owner.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int descriptor) : descriptor_(descriptor) {}
  ~Descriptor() { reset(); }
  Descriptor(Descriptor&& other) noexcept : descriptor_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      reset();
      descriptor_ = other.release();
    }
    return *this;
  }
  int get() const { return descriptor_; }
  int release() { return std::exchange(descriptor_, -1); }
  void reset();

 private:
  int descriptor_ = -1;
};

/// The order in which they are handed over.
struct RingDescriptors {
  Descriptor to_daemon;    ///< memory of the ring that the client writes
  Descriptor to_client;    ///< memory of the ring that the daemon writes
  Descriptor wake_daemon;  ///< eventfd
  Descriptor wake_client;  ///< eventfd
};

/// One ring's memory, mapped; unmapped with its owner.
class RingMapping {
 public:
  /// Maps a ring of kRingBytes. Errors: kCorrupt (another size, not sealed, another
  /// version: never mapped, so nobody can make an access fail later), kIo.
  static Result<RingMapping> map(int descriptor);
  ~RingMapping();
  RingMapping(RingMapping&& other) noexcept : place_(std::exchange(other.place_, {})) {}
  RingMapping& operator=(RingMapping&&) = delete;

  const RingPlace& place() const { return place_; }

 private:
  explicit RingMapping(RingPlace place) : place_(place) {}
  RingPlace place_;
};

/// The daemon's part: memory of a fixed size that nobody can change, and two eventfds.
/// Errors: kIo (no memory or no descriptor left).
Result<RingDescriptors> make_rings();
/// The same descriptors once more; -1 where none was left.
RingDescriptors duplicate(const RingDescriptors& rings);

/// What stands beside the descriptors on the socket: the client's wish, the daemon's answer.
struct RingOffer {
  bool granted = false;  ///< in a wish: rings are wanted
  std::uint32_t version = kRingVersion;
};
/// Begins with the kind 0, which no client record has.
inline constexpr std::size_t kRingOfferBytes = 6;
std::array<std::uint8_t, kRingOfferBytes> encode(const RingOffer& offer);
/// Nothing where the bytes are no offer.
std::optional<RingOffer> decode_ring_offer(ByteView bytes);

/// Sends the framed answer as one message of the socket, with the descriptors of the rings where
/// there are any, and of the page of the lease (lease_page.h). Errors: kIo.
Result<void> send_answer(int socket, const RingOffer& answer, const RingDescriptors* rings,
                         int lease);
struct ReceivedAnswer {
  RingOffer answer;
  RingDescriptors rings;  ///< of a granted wish
  Descriptor lease;
};
/// Takes exactly the framed answer off the socket. Requires: it is readable. Errors: kIo, kClosed,
/// kMalformed.
Result<ReceivedAnswer> receive_answer(int socket);

}  // namespace cohort::net
