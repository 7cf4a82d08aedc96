/// What the services' programs have in common: what a member is told of its place, and the stations
/// that a station service owns.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "platform/client/adapters/host.h"
#include "services/member/service_member.h"
#include "stations/mini_fab.h"

namespace cohort::services::app {

/// The member of `service` at the host's site.
MemberOptions member_options(client::Host& host, const std::string& service);

/// The plant file's stations as the model knows them.
std::vector<stations::StationSpec> station_specs(const config::PlantFile& plant);

/// Adds --drills: station services stand still at armed phases, the others take no notice.
void accept_drills(CLI::App& options, bool& drills);

}  // namespace cohort::services::app
