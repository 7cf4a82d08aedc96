/// The station service that owns the diffusion furnaces and the implanters: steps S1, S2, S4 and
/// S5. Its entries are those of services/station_service/protocol.h.
#pragma once

namespace cohort::services::processing {

inline constexpr const char* kGroup = "processing";

}  // namespace cohort::services::processing
