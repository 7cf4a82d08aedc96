#include "console/bridge/sensor_reader.h"

#include <algorithm>
#include <map>

#include "console/bridge/plant_reading.h"
#include "platform/tools/group_rpc.h"
#include "sensors/limits.h"

namespace cohort::console {

namespace {

constexpr std::int64_t kNsPerSecond = 1'000'000'000;
constexpr std::int64_t kBackNs = 3'600 * kNsPerSecond;
/// An answer covers at most this much, so that it stays within the store's limits.
constexpr std::int64_t kStretchNs = 120 * kNsPerSecond;
/// Readings may come to the store this much after they were taken.
constexpr std::int64_t kLateNs = 3 * kNsPerSecond;
constexpr Duration kPeriod = seconds(2);

}  // namespace

task::Task<Result<client::Message>> SensorReader::ask(std::uint8_t entry,
                                                      client::Message question) {
  const Result<client::GroupView> group =
      co_await host_.process().look_up(sensors::protocol::kGroup);
  if (!group) co_return std::unexpected(group.error());
  client::Destinations to;
  to.groups.push_back(group->group);
  tools::CallOptions options;
  options.timeout = seconds(5);
  Result<std::vector<tools::Reply>> replies =
      co_await tools::call(host_.process(), to, entry, std::move(question), options);
  if (!replies) co_return std::unexpected(replies.error());
  co_return std::move(replies->front().message);
}

task::Task<bool> SensorReader::readCatalogue() {
  SensorCatalogue catalogue;
  std::vector<std::string> names;
  sensors::protocol::ListQuestion question;
  for (bool more = true; more;) {
    const Result<client::Message> reply =
        co_await ask(sensors::protocol::kList, to_message(question));
    if (!reply) co_return false;
    const auto answer = sensors::protocol::list_answer(*reply);
    if (!answer) co_return false;
    for (const auto& sensor : answer->sensors) {
      catalogue.sensors.append(sensorInfoFrom(sensor.info));
      names.push_back(sensor.info.name);
    }
    more = answer->more && !names.empty() && names.back() != question.after;
    if (!names.empty()) question.after = names.back();
  }
  names_ = std::move(names);
  tell_({client::Loop::wall_now().ns / 1'000'000, std::move(catalogue)});
  co_return !names_.empty();
}

void SensorReader::take(const sensors::IntervalAnswer& answer, WallTime asked) {
  std::map<std::uint32_t, SampleBlock> blocks;
  for (const sensors::IntervalSample& sample : answer.samples) {
    if (!sample.reading.usable() || sample.sensor >= names_.size()) continue;
    SampleBlock& block = blocks[sample.sensor];
    block.sensor = textFrom(names_[sample.sensor]);
    block.samples.append(sampleFrom(sample.reading));
  }
  for (auto& [sensor, block] : blocks) {
    tell_({client::Loop::wall_now().ns / 1'000'000, std::move(block)});
  }
  const bool cut = answer.samples.size() < answer.certain + answer.possible;
  from_ =
      cut ? answer.samples.back().reading.time : WallTime{std::max(from_.ns, asked.ns - kLateNs)};
}

task::Task<bool> SensorReader::readOn() {
  const WallTime now = client::Loop::wall_now();
  from_.ns = std::max(from_.ns, now.ns - kBackNs);
  sensors::IntervalQuestion question;
  question.sensors = names_;
  question.from = from_;
  question.to = WallTime{std::min(now.ns, from_.ns + kStretchNs)};
  question.limit = sensors::limits::kIntervalSamples;
  const bool behind = question.to < now;
  const WallTime before = from_;
  const Result<client::Message> reply =
      co_await ask(sensors::protocol::kInterval, sensors::protocol::to_message(question));
  if (!reply) co_return false;
  const auto answer = sensors::protocol::interval_answer(*reply);
  if (!answer) co_return false;
  take(*answer, question.to);
  co_return from_ > before && (behind || answer->samples.size() == question.limit);
}

task::Task<void> SensorReader::run() {
  while (!host_.stopping()) {
    const bool any = co_await readCatalogue();
    for (bool more = any; more && !host_.stopping();) more = co_await readOn();
    co_await host_.scheduler().sleep_for(kPeriod);
  }
}

}  // namespace cohort::console
