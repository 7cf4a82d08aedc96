// cohort-processing: the member of processing at one site.
#include "services/app/station_service_main.h"
#include "services/processing/protocol.h"

int main(int argc, char** argv) {
  using cohort::config::StationKind;
  cohort::services::app::StationProgram program;
  program.service = cohort::services::processing::kGroup;
  program.description =
      "The member of processing at one site: owns furnaces and implanters and carries out their "
      "orders, each once.";
  program.kinds = {StationKind::kDiffusion, StationKind::kImplant};
  return cohort::services::app::run_station_service(argc, argv, program);
}
