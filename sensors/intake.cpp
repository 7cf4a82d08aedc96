#include "sensors/intake.h"

#include "sensors/check.h"
#include "sensors/limits.h"

namespace cohort::sensors {

Intake::Intake(Store& store) : store_(store) {
  for (const auto& [name, id] : store_.sensors()) {
    const SensorState state = store_.state(id);
    Stream& stream = streams_[name];
    stream.id = id;
    stream.info = state.info;
    if (state.newest) stream.newest = state.newest->time;
    stream.interrupted = "the sensor store did not run";
  }
}

void Intake::connected(const std::string& station) {
  connected_.insert(station);
}

void Intake::disconnected(const std::string& station) {
  if (connected_.erase(station) == 0) return;
  for (auto& [name, stream] : streams_) {
    if (stream.info.station != station || !stream.interrupted.empty()) continue;
    stream.interrupted = clipped_reason("the link to station " + station + " was down");
  }
}

Result<Intake::Stream*> Intake::stream(const SensorInfo& info) {
  const auto known = streams_.find(info.name);
  if (known != streams_.end() && known->second.info == info) return &known->second;
  const auto id = store_.declare(info);
  if (!id) return std::unexpected(id.error());
  Stream& stream = streams_[info.name];
  stream.id = *id;
  stream.info = info;
  return &stream;
}

Result<void> Intake::receive(const SensorInfo& info, const Reading& reading, WallTime received) {
  ++counters_.received;
  const auto checked = check_reading(reading);
  if (!checked) {
    ++counters_.refused;
    return std::unexpected(checked.error());
  }
  const auto found = stream(info);
  if (!found) {
    ++counters_.refused;
    return std::unexpected(found.error());
  }
  if (!checked->usable()) ++counters_.bad;
  if (checked->time.ns - received.ns > limits::kAheadNs) ++counters_.ahead;
  return store_reading(**found, *checked);
}

Result<void> Intake::store_reading(Stream& stream, const Reading& reading) {
  const bool late = stream.newest && reading.time < *stream.newest;
  if (late) ++counters_.late;
  if (!late && !stream.interrupted.empty()) {
    if (stream.newest) {
      const Gap gap{*stream.newest, reading.time, stream.interrupted};
      if (auto ok = store_.append_gap(stream.id, gap); !ok) return ok;
    }
    stream.interrupted.clear();
  }
  if (!late) stream.newest = reading.time;
  auto stored = store_.append(stream.id, reading);
  if (!stored && stored.error().code == Errc::kLimit) ++counters_.dropped;
  return stored;
}

}  // namespace cohort::sensors
