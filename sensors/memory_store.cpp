#include "sensors/memory_store.h"

#include <algorithm>

#include "platform/base/assert.h"
#include "sensors/check.h"
#include "sensors/limits.h"

namespace cohort::sensors {

Result<SensorId> MemoryStore::declare(const SensorInfo& info) {
  if (auto ok = check_info(info); !ok) return std::unexpected(ok.error());
  auto found = names_.find(info.name);
  if (found == names_.end()) {
    if (names_.size() >= limits::kSensors) {
      return make_error(Errc::kLimit, "sensor '" + info.name + "' is refused: the plant has " +
                                          std::to_string(limits::kSensors) +
                                          " sensors, the most that are kept");
    }
    const SensorId id{static_cast<std::uint32_t>(names_.size() + 1)};
    found = names_.emplace(info.name, id).first;
  }
  histories_[found->second].state.info = info;
  return found->second;
}

Result<void> MemoryStore::append(SensorId sensor, const Reading& reading) {
  const auto found = histories_.find(sensor);
  COHORT_ASSERT(found != histories_.end(), "a reading's sensor has been declared");
  History& history = found->second;
  SensorState& state = history.state;
  if (!history.readings.emplace(reading.time, reading).second) {
    ++state.duplicates;
    return {};
  }
  if (!reading.usable()) ++state.bad;
  if (!state.newest || state.newest->time < reading.time) state.newest = reading;
  state.time_error_max_ns = std::max(state.time_error_max_ns, reading.time_error_ns);
  if (history.readings.size() > kept_) history.readings.erase(history.readings.begin());
  state.readings = history.readings.size();
  return {};
}

Result<void> MemoryStore::append_gap(SensorId sensor, const Gap& gap) {
  const auto found = histories_.find(sensor);
  COHORT_ASSERT(found != histories_.end(), "a gap's sensor has been declared");
  std::vector<Gap>& gaps = found->second.gaps;
  const auto after = [](const Gap& left, const Gap& right) { return left.from < right.from; };
  gaps.insert(std::upper_bound(gaps.begin(), gaps.end(), gap, after), gap);
  return {};
}

const MemoryStore::History& MemoryStore::history(SensorId sensor) const {
  const auto found = histories_.find(sensor);
  COHORT_ASSERT(found != histories_.end(), "a sensor that is asked for has been declared");
  return found->second;
}

SensorState MemoryStore::state(SensorId sensor) const {
  return history(sensor).state;
}

Result<void> MemoryStore::visit(SensorId sensor, WallTime from, WallTime to,
                                const std::function<bool(const Reading&)>& visitor) const {
  const auto& readings = history(sensor).readings;
  for (auto at = readings.lower_bound(from); at != readings.end() && at->first <= to; ++at) {
    if (!visitor(at->second)) break;
  }
  return {};
}

Result<std::vector<Gap>> MemoryStore::gaps(SensorId sensor, WallTime from, WallTime to,
                                           std::size_t limit) const {
  std::vector<Gap> found;
  for (const Gap& gap : history(sensor).gaps) {
    if (gap.from <= to && gap.to >= from && found.size() < limit) found.push_back(gap);
  }
  return found;
}

}  // namespace cohort::sensors
