/// The timers of the protocols that an operator may change while the plant runs. They are part of
/// the plant record, so all members of a view use the same ones from its install on.
/// Source: docs/protocol/hosts.md.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/limits.h"
#include "platform/base/result.h"
#include "platform/base/time.h"
#include "platform/wire/plant_record.h"

namespace cohort::core {

struct Timers {
  Duration heartbeat = limits::kHeartbeatPeriod;
  Duration suspicion_floor = limits::kSuspicionFloor;
  Duration suspicion_ceiling = limits::kSuspicionCeiling;
  Duration lease = limits::kLease;
  Duration epoch_deadline = limits::kEpochDeadline;
  Duration ballot_timeout = limits::kBallotTimeout;
  Duration quorum_loss_restart = limits::kQuorumLossRestart;
};

/// One timer that can be set: its name for people, its place, and what it may be.
struct TimerRule {
  std::string_view name;
  Duration Timers::* place;
  std::int64_t least_ms = 0;
  std::int64_t most_ms = 0;
};

/// All timers, in the order of their names.
std::span<const TimerRule> timer_rules();

/// The defaults with what the record sets. Requires: check() has accepted each setting.
Timers timers_of(const wire::PlantRecord& record);

/// Whether the plant may run with these settings. Errors: kInvalidArgument (no such timer, out of
/// its range, or in conflict with another one); the text says what is allowed.
Result<void> check_timers(const std::vector<wire::TimerSetting>& settings);

}  // namespace cohort::core
