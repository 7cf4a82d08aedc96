#include "sensors/query.h"

#include <algorithm>
#include <tuple>

#include "platform/base/assert.h"
#include "sensors/limits.h"

namespace cohort::sensors {

namespace {

Error too_many() {
  return {Errc::kLimit, "the question covers more than " +
                            std::to_string(limits::kReadingsVisited) +
                            " readings: ask for a shorter time"};
}

Result<SensorId> find_sensor(const Store& store, const std::string& name) {
  const auto sensors = store.sensors();
  const auto found = sensors.find(name);
  if (found == sensors.end()) {
    return make_error(Errc::kInvalidArgument,
                      "there is no sensor '" + name + "'; ask for the list of sensors");
  }
  return found->second;
}

/// Puts readings, given in order of time, into columns of equal width.
class Reducer {
 public:
  Reducer(WallTime from, WallTime to, std::size_t points, const std::vector<Gap>& gaps)
      : from_(from.ns),
        width_(std::max<std::int64_t>(1, (to.ns - from.ns) / count(points))),
        last_column_(count(points) - 1),
        gaps_(gaps) {}

  void add(const Reading& reading) {
    const std::int64_t column = std::min((reading.time.ns - from_) / width_, last_column_);
    const bool gap = gap_before(reading.time);
    if (points_.empty() || column != column_ || gap) {
      column_ = column;
      open(reading, gap);
    }
    put(points_.back(), reading);
  }

  std::vector<WindowPoint> take() { return std::move(points_); }

 private:
  static std::int64_t count(std::size_t points) { return static_cast<std::int64_t>(points); }

  // Both the readings and the gaps come in order of time, so each gap is looked at once.
  bool gap_before(WallTime time) {
    bool found = false;
    while (next_gap_ < gaps_.size() && gaps_[next_gap_].to <= time) {
      found = !points_.empty();
      ++next_gap_;
    }
    return found;
  }

  void open(const Reading& reading, bool gap) {
    WindowPoint point;
    point.first_time = reading.time;
    point.gap_before = gap;
    points_.push_back(point);
  }

  static void put(WindowPoint& point, const Reading& reading) {
    point.last_time = reading.time;
    point.plant_ms = reading.plant_ms;
    point.worst = std::max(point.worst, reading.quality);
    ++point.count;
    if (!reading.usable()) {
      ++point.bad;
      return;
    }
    const bool first = point.count - point.bad == 1;
    if (first) point.first = reading.value;
    point.last = reading.value;
    point.minimum = first ? reading.value : std::min(point.minimum, reading.value);
    point.maximum = first ? reading.value : std::max(point.maximum, reading.value);
  }

  std::int64_t from_;
  std::int64_t width_;
  std::int64_t last_column_;
  const std::vector<Gap>& gaps_;
  std::size_t next_gap_ = 0;
  std::int64_t column_ = 0;
  std::vector<WindowPoint> points_;
};

/// A column is split where a gap lies in it, so the limit is kept by making columns wider: with
/// this many columns and gaps there are never more points than were asked for.
std::size_t columns(const WindowQuestion& question, std::size_t gaps) {
  return question.points > gaps ? question.points - gaps : 1;
}

Result<void> check(const WindowQuestion& question) {
  if (question.span_ns <= 0) {
    return make_error(Errc::kInvalidArgument, "the window's length must be above zero");
  }
  if (question.points < 1 || question.points > limits::kWindowPoints) {
    return make_error(Errc::kInvalidArgument, "points is " + std::to_string(question.points) +
                                                  "; allowed: 1 to " +
                                                  std::to_string(limits::kWindowPoints));
  }
  if (question.to && (question.to->ns < 0 || question.to->ns > limits::kTimeNs)) {
    return make_error(Errc::kInvalidArgument, "the window's end must lie in 1970 to 2100");
  }
  return {};
}

Result<void> check(const IntervalQuestion& question) {
  if (question.sensors.empty() || question.sensors.size() > limits::kSensorsPerInterval) {
    return make_error(Errc::kInvalidArgument, "an interval is asked of 1 to " +
                                                  std::to_string(limits::kSensorsPerInterval) +
                                                  " sensors, not of " +
                                                  std::to_string(question.sensors.size()));
  }
  if (question.from > question.to || question.from.ns < 0 || question.to.ns > limits::kTimeNs) {
    return make_error(Errc::kInvalidArgument,
                      "the interval must begin before it ends, in 1970 to 2100");
  }
  if (question.limit < 1 || question.limit > limits::kIntervalSamples) {
    return make_error(Errc::kInvalidArgument, "limit is " + std::to_string(question.limit) +
                                                  "; allowed: 1 to " +
                                                  std::to_string(limits::kIntervalSamples));
  }
  return {};
}

/// Why readings of the sensor may be missing in the interval; empty: none can be.
Result<std::string> incompleteness(const Store& store, SensorId sensor,
                                   const IntervalQuestion& question) {
  const SensorState state = store.state(sensor);
  if (!state.newest) return std::string("no reading has come yet");
  // Readings of a sensor come in order of time, so all up to the newest one's time are here; one
  // that comes later may still reach back into the interval by its error.
  const std::int64_t widen = state.time_error_max_ns;
  if (state.newest->time.ns - widen <= question.to.ns) {
    return std::string("readings up to the interval's end have not all come yet");
  }
  const auto gaps = store.gaps(sensor, {question.from.ns - widen}, {question.to.ns + widen}, 1);
  if (!gaps) return std::unexpected(gaps.error());
  return gaps->empty() ? std::string() : gaps->front().reason;
}

/// Collects one sensor's readings that may lie in the interval.
class IntervalCollector {
 public:
  IntervalCollector(const IntervalQuestion& question, IntervalAnswer& answer)
      : question_(question), answer_(answer) {}

  Result<void> collect(const Store& store, std::uint32_t index, SensorId sensor) {
    // The readings are found by their time alone: widen by the largest error that any of them has.
    const std::int64_t widen = store.state(sensor).time_error_max_ns;
    const WallTime from{question_.from.ns - widen};
    const WallTime to{question_.to.ns + widen};
    auto visited = store.visit(sensor, from, to, [&](const Reading& reading) {
      put(index, reading);
      return ++visited_ <= limits::kReadingsVisited;
    });
    if (!visited) return visited;
    if (visited_ > limits::kReadingsVisited) return std::unexpected(too_many());
    return {};
  }

 private:
  void put(std::uint32_t index, const Reading& reading) {
    const Membership found = membership(reading, question_.from, question_.to);
    if (found == Membership::kExcluded) return;
    ++(found == Membership::kCertain ? answer_.certain : answer_.possible);
    answer_.samples.push_back({index, found, reading});
    // Twice the limit is sorted and cut, so that memory stays bounded however long the interval is.
    if (answer_.samples.size() >= 2 * question_.limit) cut();
  }

 public:
  void cut() {
    const auto key = [](const IntervalSample& sample) {
      return std::tuple(sample.reading.time, sample.sensor);
    };
    std::ranges::sort(answer_.samples, {}, key);
    if (answer_.samples.size() > question_.limit) answer_.samples.resize(question_.limit);
  }

 private:
  const IntervalQuestion& question_;
  IntervalAnswer& answer_;
  std::int64_t visited_ = 0;
};

/// The time of the window's first reading: columns begin there, so that a history that is shorter
/// than the window is shown as finely as it can be.
Result<WallTime> first_time(const Store& store, SensorId sensor, WallTime from, WallTime to) {
  WallTime first = from;
  const auto visited = store.visit(sensor, from, to, [&first](const Reading& reading) {
    first = reading.time;
    return false;
  });
  if (!visited) return std::unexpected(visited.error());
  return first;
}

}  // namespace

Membership membership(const Reading& reading, WallTime from, WallTime to) {
  COHORT_ASSERT(from <= to, "an interval begins before it ends");
  if (reading.latest_ns() < from.ns || reading.earliest_ns() > to.ns) return Membership::kExcluded;
  if (reading.earliest_ns() >= from.ns && reading.latest_ns() <= to.ns) {
    return Membership::kCertain;
  }
  return Membership::kPossible;
}

Result<WindowAnswer> ask_window(const Store& store, const WindowQuestion& question) {
  if (auto ok = check(question); !ok) return std::unexpected(ok.error());
  const auto sensor = find_sensor(store, question.sensor);
  if (!sensor) return std::unexpected(sensor.error());
  const SensorState state = store.state(*sensor);

  WindowAnswer answer;
  answer.sensor = state.info;
  answer.to = question.to.value_or(state.newest ? state.newest->time : WallTime{});
  answer.from.ns = answer.to.ns - std::min(question.span_ns, answer.to.ns);
  const std::size_t gap_limit = std::min(limits::kGapsPerWindow, question.points / 2);
  auto gaps = store.gaps(*sensor, answer.from, answer.to, gap_limit);
  if (!gaps) return std::unexpected(gaps.error());
  answer.gaps = std::move(*gaps);

  const auto first = first_time(store, *sensor, answer.from, answer.to);
  if (!first) return std::unexpected(first.error());

  Reducer reducer(*first, answer.to, columns(question, answer.gaps.size()), answer.gaps);
  std::int64_t count = 0;
  auto visited = store.visit(*sensor, answer.from, answer.to, [&](const Reading& reading) {
    reducer.add(reading);
    return ++count <= limits::kReadingsVisited;
  });
  if (!visited) return std::unexpected(visited.error());
  if (count > limits::kReadingsVisited) return std::unexpected(too_many());
  answer.points = reducer.take();
  return answer;
}

Result<IntervalAnswer> ask_interval(const Store& store, const IntervalQuestion& question) {
  if (auto ok = check(question); !ok) return std::unexpected(ok.error());
  IntervalAnswer answer;
  IntervalCollector collector(question, answer);
  for (std::uint32_t index = 0; index < question.sensors.size(); ++index) {
    const std::string& name = question.sensors[index];
    const auto sensor = find_sensor(store, name);
    if (!sensor) return std::unexpected(sensor.error());
    if (auto ok = collector.collect(store, index, *sensor); !ok) {
      return std::unexpected(ok.error());
    }
    const auto why = incompleteness(store, *sensor, question);
    if (!why) return std::unexpected(why.error());
    if (!why->empty()) answer.incomplete.push_back(name + ": " + *why);
  }
  collector.cut();
  return answer;
}

}  // namespace cohort::sensors
