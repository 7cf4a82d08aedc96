/// The folder of one run: its plant file, and below it everything that the run's programs keep.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "deploy/driver/options.h"
#include "platform/base/result.h"
#include "platform/config/plant_file.h"

namespace cohort::deploy {

/// The plant file's text with its clock factor, data directory and ports set for this run.
std::string adapted_plant_text(std::string_view text, double clock_factor,
                               std::uint16_t port_offset);

/// Makes the folder ready and reads the run's plant file in it.
/// Ensures: with Start::kFresh the last run's folder has become "DIRECTORY.previous"; with
/// Start::kContinue the last run's data, plant file and so clock are kept as they are.
/// Errors: kIo, kInvalidArgument (the plant file's faults), kRefused (nothing to go on with).
Result<config::PlantFile> prepare_directory(const Options& options);

}  // namespace cohort::deploy
