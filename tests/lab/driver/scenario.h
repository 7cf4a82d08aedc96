/// The lab's scenarios: what is done to a plant of real processes. What must hold afterwards is the
/// same for all of them (audit.h).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "lab/driver/plant.h"

namespace cohort::lab {

/// What a scenario needs from the machine, beside namespaces.
enum class Need { kLoss, kTracer, kSmallDisk };

struct Scenario {
  std::string name;
  std::string about;       ///< what is done, one line
  bool smoke = false;      ///< part of the short selection
  PlantOptions options{};  ///< programs, directory and seed are filled in by the driver
  std::vector<Need> needs{};
  bool start = true;  ///< all sites are up and under load when `act` begins
  std::function<void(Plant&)> act;
};

/// All of them, in the order in which they are run.
std::vector<Scenario> all_scenarios();

// ---- its parts, one file each
void add_process_scenarios(std::vector<Scenario>& all);
void add_start_scenarios(std::vector<Scenario>& all);
void add_network_scenarios(std::vector<Scenario>& all);
void add_proxy_scenarios(std::vector<Scenario>& all);
void add_host_scenarios(std::vector<Scenario>& all);

/// Why this machine cannot run it; empty: it can.
std::string what_is_missing(const Scenario& scenario);

}  // namespace cohort::lab
