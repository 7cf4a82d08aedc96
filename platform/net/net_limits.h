/// The limits of connections: what waits, how long, how often.
#pragma once

#include <cstddef>

#include "platform/base/limits.h"
#include "platform/base/time.h"

namespace cohort::net {

// --- frames
inline constexpr std::size_t kFrameHeaderBytes = 4;   ///< the length before each frame
inline constexpr std::size_t kReadBytes = 64 * 1024;  ///< asked of the kernel at a time
inline constexpr std::size_t kHandshakeBytes =
    8 * 1024;  ///< a frame before both ends know each other

// --- queues
/// What one connection to a site may hold that the kernel has not taken yet.
inline constexpr std::size_t kLinkQueueBytes =
    limits::kSnapshotFrameBytes + 4 * limits::kUnstableBytesPerOrigin;
inline constexpr std::size_t kPendingHandshakes = 128;  ///< accepted, not yet known

// --- clients
/// Whose end is seen before their sockets close (death_watch.h): what the kernel lets one call wait
/// for, but for the one by which the thread itself is woken.
inline constexpr std::size_t kWatchedClients = 127;
/// Clients that have gone and whose memory is still mapped, their sockets open, for kReleaseDelay.
inline constexpr std::size_t kUnreleasedClients = 64;

// --- time
inline constexpr Duration kConnectTimeout = seconds(1);
inline constexpr Duration kHandshakeTimeout = seconds(2);
/// The first attempt after a failed one is made almost at once: a dying daemon's port may still
/// take a connection and drop it; only the next attempt tells that the process has gone.
inline constexpr Duration kBackOffFirst = millis(1);
inline constexpr Duration kBackOffLeast = millis(50);
inline constexpr Duration kBackOffMost = seconds(1);
/// How long the answer to "is anybody listening there" may hold back the word that a link is down.
inline constexpr Duration kProbeTimeout = millis(200);
/// How long a closing connection may take to hand over what was sent before.
inline constexpr Duration kLinger = seconds(1);
/// To unmap a client's memory takes as long as a view: that comes first.
inline constexpr Duration kReleaseDelay = millis(20);
/// Before the next accept after one that failed, for example because no descriptor was free.
inline constexpr Duration kAcceptPause = millis(100);
/// Sent bytes that the peer's host does not acknowledge for so long end the connection.
inline constexpr Duration kUserTimeout = seconds(10);

// --- two paths to a site
inline constexpr Duration kPathPing =
    millis(50);  ///< a sign of life over each, where there are two
/// A path that is silent for so long while the other one is not is given up. Far below the least
/// silence that the failure detector may be set to suspect.
inline constexpr Duration kPathSilence = millis(150);
static_assert(2 * (kPathSilence + kPathPing) < limits::kSuspicionFloor);
/// How often certificates are looked at for a change.
inline constexpr Duration kCertificateCheck = seconds(5);

}  // namespace cohort::net
