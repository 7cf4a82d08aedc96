/// The station service that owns the lithography cell (coat, expose, develop): steps S3 and S6 at
/// stations of kind lithography. Its entries are those of services/station_service/protocol.h.
#pragma once

namespace cohort::services::emulsion {

inline constexpr const char* kGroup = "emulsion";

}  // namespace cohort::services::emulsion
