#include "deploy/driver/run_directory.h"

#include <fmt/format.h>

#include <cctype>
#include <fstream>
#include <sstream>
#include <system_error>

namespace cohort::deploy {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPlantFile = "plant.toml";
constexpr const char* kDataDirectory = "data";

bool sets(std::string_view line, std::string_view key) {
  if (!line.starts_with(key)) return false;
  const std::size_t next = line.find_first_not_of(" \t", key.size());
  return next != std::string_view::npos && line[next] == '=';
}

Result<std::string> read_text(const fs::path& path) {
  std::ifstream file(path);
  if (!file) return make_error(Errc::kIo, "cannot read " + path.string());
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

Result<void> set_aside(const fs::path& directory) {
  std::error_code error;
  if (!fs::exists(directory, error)) return {};
  const fs::path previous = directory.string() + ".previous";
  fs::remove_all(previous, error);
  if (!error) fs::rename(directory, previous, error);
  if (!error) return {};
  return make_error(Errc::kIo, fmt::format("cannot set the last run's folder {} aside: {}",
                                           directory.string(), error.message()));
}

Result<void> write_plant(const Options& options, const fs::path& path) {
  const Result<std::string> text = read_text(options.plant);
  if (!text) return std::unexpected(text.error());
  std::error_code error;
  fs::create_directories(options.directory, error);
  std::ofstream file(path);
  file << adapted_plant_text(*text, options.clock_factor, options.port_offset);
  if (file.flush()) return {};
  return make_error(Errc::kIo, "cannot write " + path.string());
}

}  // namespace

std::string adapted_plant_text(std::string_view text, double clock_factor,
                               std::uint16_t port_offset) {
  std::istringstream lines{std::string(text)};
  std::string adapted;
  for (std::string line; std::getline(lines, line);) {
    if (sets(line, "clock_factor")) line = fmt::format("clock_factor = {}", clock_factor);
    if (sets(line, "data_directory")) line = fmt::format("data_directory = \"{}\"", kDataDirectory);
    if (sets(line, "port")) {
      const int port = std::stoi(line.substr(line.find('=') + 1));
      line = fmt::format("port = {}", port + port_offset);
    }
    adapted += line + "\n";
  }
  return adapted;
}

Result<config::PlantFile> prepare_directory(const Options& options) {
  const fs::path path = options.directory / kPlantFile;
  if (options.start == Start::kFresh) {
    // A faulty plant file must not cost the last run's files: it is read before they move.
    const Result<config::PlantFile> original = config::read_plant_file(options.plant);
    if (!original) return original;
    if (const Result<void> moved = set_aside(options.directory); !moved) {
      return std::unexpected(moved.error());
    }
    if (const Result<void> written = write_plant(options, path); !written) {
      return std::unexpected(written.error());
    }
  } else if (!fs::exists(path)) {
    return make_error(Errc::kRefused, fmt::format("there is no earlier run in {} to go on with; "
                                                  "start without --continue",
                                                  options.directory.string()));
  }
  Result<config::PlantFile> plant = config::read_plant_file(path);
  if (!plant) return plant;
  std::error_code error;
  fs::create_directories(plant->plant.data_directory / "log", error);
  for (const config::Site& site : plant->sites) {
    fs::create_directories(config::log_directory(*plant, site.number), error);
    fs::create_directories(config::history_directory(*plant, site.number), error);
  }
  if (error) return make_error(Errc::kIo, "cannot make folders in " + options.directory.string());
  return plant;
}

}  // namespace cohort::deploy
