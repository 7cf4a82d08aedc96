/// Runs a piece of work in a process of its own, so that an assertion or an endless loop ends only
/// that one.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>

namespace cohort::sim::app {

/// What the work returned; nothing where its process died, or took longer than `most_seconds`.
/// Blocks: until then.
std::optional<nlohmann::json> run_apart(const std::function<nlohmann::json()>& work,
                                        unsigned most_seconds = 300);

}  // namespace cohort::sim::app
