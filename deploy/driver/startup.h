/// From nothing to a plant whose daemons answer.
#pragma once

#include <memory>

#include "deploy/driver/plant_runner.h"
#include "platform/base/result.h"
#include "platform/client/adapters/host.h"

namespace cohort::deploy {

/// Starts the stations, then the daemons, then each site's services, waiting for each kind to
/// answer. Errors: kIo, kTimedOut, kClosed (interrupted). Blocks: until the daemons answer.
Result<void> start_plant(PlantRunner& runner);

/// The driver's own session at a site. Errors: those of Host::open.
Result<std::unique_ptr<client::Host>> open_session(const config::PlantFile& plant, SiteId site);

}  // namespace cohort::deploy
