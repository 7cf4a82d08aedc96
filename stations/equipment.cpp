#include "stations/equipment.h"

#include <algorithm>
#include <array>

namespace cohort::stations {
namespace {

constexpr std::array<std::string_view, 4> kOutcomes{"started", "refused-duplicate", "refused-busy",
                                                    "refused-invalid"};
constexpr std::array<std::string_view, 3> kStates{"unknown", "running", "completed"};
constexpr std::array<std::string_view, 3> kEvents{"started", "completed", "refused"};

template <typename Enum, std::size_t size>
std::optional<Enum> parse(const std::array<std::string_view, size>& names, std::string_view text) {
  const auto found = std::find(names.begin(), names.end(), text);
  if (found == names.end()) return std::nullopt;
  return static_cast<Enum>(found - names.begin());
}

}  // namespace

std::string_view to_string(StartOutcome outcome) {
  return kOutcomes.at(static_cast<std::size_t>(outcome));
}
std::optional<StartOutcome> parse_start_outcome(std::string_view text) {
  return parse<StartOutcome>(kOutcomes, text);
}
std::string_view to_string(JobState state) {
  return kStates.at(static_cast<std::size_t>(state));
}
std::optional<JobState> parse_job_state(std::string_view text) {
  return parse<JobState>(kStates, text);
}
std::string_view to_string(EquipmentEvent::Kind kind) {
  return kEvents.at(static_cast<std::size_t>(kind));
}
std::optional<EquipmentEvent::Kind> parse_event_kind(std::string_view text) {
  return parse<EquipmentEvent::Kind>(kEvents, text);
}

}  // namespace cohort::stations
