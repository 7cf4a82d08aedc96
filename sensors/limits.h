/// The limits of the sensor store and of its queries.
#pragma once

#include <cstddef>
#include <cstdint>

namespace cohort::sensors::limits {

inline constexpr std::size_t kSensors = 1024;              ///< in one plant
inline constexpr std::size_t kQueuedReadings = 100'000;    ///< received, not yet on disk
inline constexpr std::size_t kBatchReadings = 1'000;       ///< one transaction of the writer
inline constexpr std::int64_t kReadingsKept = 10'000'000;  ///< on disk; the oldest go first
inline constexpr std::int64_t kRetentionStep = 10'000;     ///< readings deleted in one transaction
inline constexpr std::int64_t kGapsKept = 100'000;
inline constexpr std::size_t kGapsQueued = 10'000;

// --- one query; chosen so that an answer fits platform limits::kPayloadBytes
inline constexpr std::size_t kWindowPoints = 600;
inline constexpr std::size_t kGapsPerWindow = 64;
inline constexpr std::size_t kIntervalSamples = 800;
inline constexpr std::size_t kSensorsPerInterval = 64;
inline constexpr std::size_t kSensorsPerPage = 128;
inline constexpr std::int64_t kReadingsVisited = 5'000'000;  ///< a query that needs more is refused

// --- one sensor and one reading
inline constexpr std::size_t kUnitBytes = 16;
inline constexpr std::size_t kReasonBytes = 80;  ///< of a gap, of an answer's incompleteness
inline constexpr std::int64_t kTimeErrorNs = 3'600'000'000'000;     ///< an hour: more is nonsense
inline constexpr std::int64_t kTimeNs = 4'102'444'800'000'000'000;  ///< 2100-01-01T00:00:00Z
inline constexpr std::int64_t kAheadNs = 10'000'000'000;  ///< a clock this far ahead is counted

}  // namespace cohort::sensors::limits
