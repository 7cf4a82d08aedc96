// cohort-transport: the member of transport at one site.
#include "services/app/station_service_main.h"
#include "services/transport/protocol.h"

int main(int argc, char** argv) {
  using cohort::config::StationKind;
  cohort::services::app::StationProgram program;
  program.service = cohort::services::transport::kGroup;
  program.description =
      "The member of transport at one site: owns the transporters and carries out their moves, "
      "each once.";
  program.kinds = {StationKind::kTransporter};
  return cohort::services::app::run_station_service(argc, argv, program);
}
