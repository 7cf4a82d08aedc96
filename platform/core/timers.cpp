#include "platform/core/timers.h"

#include <algorithm>
#include <array>

namespace cohort::core {

namespace {

constexpr std::array kRules = {
    TimerRule{"ballot_timeout_ms", &Timers::ballot_timeout, 500, 60'000},
    TimerRule{"epoch_deadline_ms", &Timers::epoch_deadline, 200, 60'000},
    TimerRule{"heartbeat_ms", &Timers::heartbeat, 20, 1'000},
    TimerRule{"lease_ms", &Timers::lease, 100, 10'000},
    TimerRule{"quorum_loss_restart_ms", &Timers::quorum_loss_restart, 1'000, 3'600'000},
    TimerRule{"suspicion_ceiling_ms", &Timers::suspicion_ceiling, 500, 60'000},
    TimerRule{"suspicion_floor_ms", &Timers::suspicion_floor, 150, 30'000},
};

Result<void> conflict(std::string text) {
  return make_error(Errc::kInvalidArgument, std::move(text));
}

const TimerRule* rule_of(std::string_view name) {
  const auto found = std::find_if(kRules.begin(), kRules.end(),
                                  [name](const TimerRule& rule) { return rule.name == name; });
  return found == kRules.end() ? nullptr : &*found;
}

std::string names() {
  std::string text;
  for (const TimerRule& rule : timer_rules()) {
    if (!text.empty()) text += ", ";
    text += rule.name;
  }
  return text;
}

}  // namespace

std::span<const TimerRule> timer_rules() {
  return kRules;
}

Timers timers_of(const wire::PlantRecord& record) {
  Timers timers;
  for (const wire::TimerSetting& setting : record.timers) {
    if (const TimerRule* rule = rule_of(setting.name))
      timers.*(rule->place) = millis(setting.value_ms);
  }
  return timers;
}

Result<void> check_timers(const std::vector<wire::TimerSetting>& settings) {
  wire::PlantRecord record;
  record.timers = settings;
  for (const wire::TimerSetting& setting : settings) {
    const TimerRule* rule = rule_of(setting.name);
    if (rule == nullptr) {
      return conflict("there is no timer '" + setting.name + "'; there are " + names());
    }
    if (setting.value_ms < rule->least_ms || setting.value_ms > rule->most_ms) {
      return conflict(setting.name + " may be " + std::to_string(rule->least_ms) + " to " +
                      std::to_string(rule->most_ms) + ", not " + std::to_string(setting.value_ms));
    }
  }
  const Timers timers = timers_of(record);
  if (timers.suspicion_floor > timers.suspicion_ceiling) {
    return conflict("suspicion_floor_ms must not be above suspicion_ceiling_ms");
  }
  if (timers.lease < 3 * timers.heartbeat) {
    return conflict("lease_ms must be at least three times heartbeat_ms");
  }
  if (timers.suspicion_floor < 3 * timers.heartbeat) {
    return conflict("suspicion_floor_ms must be at least three times heartbeat_ms");
  }
  return {};
}

}  // namespace cohort::core
