#include <fmt/format.h>

#include "platform/config/plant_file.h"

namespace cohort::config {

std::filesystem::path site_directory(const PlantFile& plant, SiteId site) {
  return plant.plant.data_directory / fmt::format("site-{}", site.value);
}

std::filesystem::path socket_path(const PlantFile& plant, SiteId site) {
  return site_directory(plant, site) / "cohortd.sock";
}

std::filesystem::path database_path(const PlantFile& plant, SiteId site) {
  return site_directory(plant, site) / "cohortd.db";
}

std::filesystem::path log_directory(const PlantFile& plant, SiteId site) {
  return site_directory(plant, site) / "log";
}

std::filesystem::path history_directory(const PlantFile& plant, SiteId site) {
  return site_directory(plant, site) / "history";
}

}  // namespace cohort::config
