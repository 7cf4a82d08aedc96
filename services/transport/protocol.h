/// The station service that owns the carriers between the areas: moves by stations of kind
/// transporter. Its entries are those of services/station_service/protocol.h.
#pragma once

namespace cohort::services::transport {

inline constexpr const char* kGroup = "transport";

}  // namespace cohort::services::transport
