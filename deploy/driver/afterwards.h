/// What is asked once the lots are done: each daemon's own view, and the checkers' word on the
/// histories.
#pragma once

#include <filesystem>

#include "deploy/driver/child_process.h"
#include "deploy/driver/plant_runner.h"
#include "deploy/driver/run_record.h"
#include "platform/base/result.h"
#include "platform/config/plant_file.h"

namespace cohort::deploy {

/// Asks every site's daemon for its view; one that does not answer is a problem of the record.
/// Blocks: for an exchange with each.
void collect_daemons(const PlantRunner& runner, RunRecord& record);

/// Gives all histories of the plant to the program `cohort-sim check`, which reads them with the
/// simulator's checkers; its summary goes into the record, an objection becomes a problem.
/// Requires: the plant has been stopped, so that the histories are complete. Blocks: until it ends.
void check_histories(const std::filesystem::path& programs, const config::PlantFile& plant,
                     ChildProcesses& children, RunRecord& record);

}  // namespace cohort::deploy
