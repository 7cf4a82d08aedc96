/// A run's result as one JSON object: what a job process hands to the program that collects, and
/// what
/// `--json` prints.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "platform/sim/run.h"

namespace cohort::sim::app {

nlohmann::json to_json(const RunResult& result);

/// What all runs together did.
class Totals {
 public:
  void add(const nlohmann::json& outcome);
  /// The seeds that failed, in order, each with its violations.
  const std::map<std::uint64_t, nlohmann::json>& failures() const { return failures_; }
  std::uint64_t seeds() const { return seeds_; }
  const std::map<std::string, std::uint64_t>& probes() const { return probes_; }
  std::uint64_t of(const std::string& name) const;
  nlohmann::json to_json(double seconds) const;
  /// A few lines: seeds, events, crashes, view changes, speed.
  /// `seconds`: how long it took; 0: nobody measured.
  std::string summary(double seconds) const;
  std::string probe_table() const;

 private:
  std::uint64_t seeds_ = 0;
  std::map<std::string, std::uint64_t> sums_;
  std::map<std::string, std::uint64_t> probes_;
  std::map<std::uint64_t, nlohmann::json> failures_;
};

/// The violations of one failed seed, with their witnesses, for people.
std::string failure_text(const nlohmann::json& outcome);

}  // namespace cohort::sim::app
