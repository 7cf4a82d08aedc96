/// The limits of everything that grows, in one place. Each is tested at the limit and one above.
#pragma once

#include <cstddef>
#include <cstdint>

#include "platform/base/time.h"

namespace cohort::limits {

// --- plant
inline constexpr std::size_t kSitesPerPlant = 64;
inline constexpr std::size_t kGroupsPerPlant = 4096;
inline constexpr std::size_t kMembersPerGroup = 256;
inline constexpr std::size_t kGroupsPerProcess = 1024;
inline constexpr std::size_t kClientsPerSite = 256;
inline constexpr std::size_t kPathsPerSite = 2;           ///< network addresses of one host
inline constexpr std::size_t kTimersPerPlant = 32;        ///< timers that operators have set
inline constexpr std::size_t kPlantRequestsPerView = 64;  ///< operators' changes one view decides

// --- messages
inline constexpr std::size_t kFrameBytes = 64 * 1024;  ///< one frame between sites or to a client
inline constexpr std::size_t kPayloadBytes = 16 * 1024 * 1024;  ///< what a multicast may carry
inline constexpr std::size_t kPartBytes = 48 * 1024;  ///< of a payload, in one frame or record
inline constexpr std::size_t kGlobalPayloadBytes = kPartBytes;  ///< a GBCAST: it fits an opening
inline constexpr std::size_t kNumbersPerBatch = 1024;  ///< of a stream, in one frame to a peer
inline constexpr std::size_t kSnapshotFrameBytes = 16 * 1024 * 1024;  ///< table for a joining site
inline constexpr std::size_t kDestinations = 64;              ///< entries of a destination list
inline constexpr std::size_t kRecipientsPerMulticast = 4096;  ///< so that Sent fits a frame
inline constexpr std::size_t kMessageFields = 256;
inline constexpr std::size_t kMessageDepth = 8;
inline constexpr std::size_t kCredentialBytes = 256;  ///< what a group may ask of who joins it
inline constexpr std::size_t kNameBytes = 64;         ///< group, field, host, lot names
inline constexpr std::size_t kTextBytes = 4096;       ///< reasons and texts for people
inline constexpr std::size_t kEvidenceBytes = 512;    ///< why a site was removed

// --- flow
inline constexpr std::size_t kUnstableBytesPerOrigin =
    8 * 1024 * 1024;  ///< numbered, not yet held by all
inline constexpr std::size_t kUnnumberedBytesPerClient =
    4 * 1024 * 1024;  ///< a client's sends that wait
inline constexpr std::size_t kClientQueueBytes =
    64 * 1024 * 1024;  ///< deliveries a client has not read
/// What a message costs besides its payload, in windows and queues; each destination costs 8 more.
inline constexpr std::size_t kMessageCostBytes = 128;
/// Parts of a large multicast that a client sends before the daemon has taken any.
inline constexpr std::size_t kUntakenPartsBytes = 1024 * 1024;
/// Large multicasts of one site that travel in fragments and have no number yet.
inline constexpr std::size_t kLargeSendsPerOrigin = 32;
inline constexpr std::size_t kLargeBytesPerOrigin = 64 * 1024 * 1024;
/// What a client has consumed before it has to say so; a fraction of the high water below.
inline constexpr std::size_t kConsumedReportBytes = 32 * 1024;
/// Unread deliveries above which no site numbers anything more for a client; below half, again.
inline constexpr std::size_t kClientHighWaterBytes = 16 * 1024 * 1024;
/// Bytes towards a site that it has not acknowledged: at least so much is always allowed, and never
/// more than the greatest; between the two, what it has acknowledged in the last 200 ms.
inline constexpr std::size_t kUnackedBytesFloor = 256 * 1024;
inline constexpr std::size_t kUnackedBytesCeiling = 8 * 1024 * 1024;
/// Received bytes that are acknowledged at once.
inline constexpr std::size_t kUnacknowledgedBytes = 64 * 1024;
/// Of one process to another beside all multicasts, not yet taken; and what a daemon lets wait.
inline constexpr std::size_t kDirectWindowBytes = 1024 * 1024;
inline constexpr std::size_t kDirectTowardsSiteBytes = 64 * 1024 * 1024;
inline constexpr std::size_t kDirectUntakenBytes = 16 * 1024 * 1024;
/// States above this travel over a connection of their own.
inline constexpr std::size_t kDirectStateBytes = 256 * 1024;
inline constexpr std::size_t kParkedFrames = 65536;  ///< of a view that is not installed here yet
inline constexpr std::size_t kChangesPerEpoch = 256;
inline constexpr std::size_t kDurableWaiting = 65536;  ///< an origin's updates, not yet on disks
inline constexpr std::size_t kTraceRing = 4096;
inline constexpr std::size_t kOverridesKept = 64;  ///< operators' forced views, in every later view

// --- time
inline constexpr Duration kHeartbeatPeriod = millis(100);
inline constexpr Duration kSuspicionFloor = millis(600);
inline constexpr Duration kSuspicionCeiling = seconds(5);
inline constexpr Duration kLoneAccuserWait =
    seconds(4);  ///< silence that one site alone reports, of four and more
inline constexpr Duration kSettlingWindow = millis(50);
inline constexpr Duration kLease = millis(500);
inline constexpr Duration kLeaseMargin = millis(50);
/// A lease that grows by less than this is not told to the clients: they may believe a shorter one.
inline constexpr Duration kLeaseStep = millis(10);
/// How often a process whose site's lease is over looks whether it is back.
inline constexpr Duration kLeaseLook = millis(20);
/// The longest that takeovers wait for what a dead site's processes may still do: the longest lease
/// that operators can set, and as much again for all that rounds up.
inline constexpr std::uint64_t kSettlesMs = 20'000;
inline constexpr Duration kEpochDeadline = seconds(1);
inline constexpr Duration kBallotTimeout = seconds(2);
inline constexpr Duration kOwnPauseCredit = millis(50);
inline constexpr Duration kQuorumLossRestart = seconds(30);
inline constexpr Duration kSlowMember = seconds(10);

}  // namespace cohort::limits
