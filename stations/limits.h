/// The limits of everything that grows in the stations' library and its adapters.
#pragma once

#include <cstddef>

namespace cohort::stations::limits {

inline constexpr std::size_t kNameBytes = 64;     ///< station, lot, product, recipe, key
inline constexpr std::size_t kReasonBytes = 512;  ///< texts for people
inline constexpr std::size_t kLotsPerJob = 24;
inline constexpr std::size_t kLineBytes = 16 * 1024;       ///< one message of the protocol
inline constexpr std::size_t kJobsRemembered = 1'000'000;  ///< by one machine, for ever
inline constexpr std::size_t kConnectionsPerStation = 64;
inline constexpr std::size_t kUnsentBytesPerConnection = 4 * 1024 * 1024;
inline constexpr std::size_t kOutstandingCallsPerClient = 256;

}  // namespace cohort::stations::limits
