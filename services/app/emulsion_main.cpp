// cohort-emulsion: the member of emulsion at one site.
#include "services/app/station_service_main.h"
#include "services/emulsion/protocol.h"

int main(int argc, char** argv) {
  using cohort::config::StationKind;
  cohort::services::app::StationProgram program;
  program.service = cohort::services::emulsion::kGroup;
  program.description =
      "The member of emulsion at one site: owns the lithography cell and carries out its orders, "
      "each once.";
  program.kinds = {StationKind::kLithography};
  return cohort::services::app::run_station_service(argc, argv, program);
}
