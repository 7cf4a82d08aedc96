#include "sensors/app/query_service.h"

#include "platform/tools/group_rpc.h"
#include "sensors/limits.h"
#include "sensors/query.h"

namespace cohort::sensors {

namespace {

protocol::ListedSensor listed(const SensorState& state, bool connected) {
  protocol::ListedSensor sensor;
  sensor.info = state.info;
  sensor.has_newest = state.newest.has_value();
  if (state.newest) sensor.newest = *state.newest;
  sensor.connected = connected;
  sensor.readings = state.readings;
  sensor.bad = state.bad;
  sensor.duplicates = state.duplicates;
  return sensor;
}

}  // namespace

QueryService::QueryService(client::Process& process, const Store& store, const Intake& intake)
    : process_(process), store_(store), intake_(intake) {
  bind(protocol::kList, &QueryService::list);
  bind(protocol::kWindow, &QueryService::window);
  bind(protocol::kInterval, &QueryService::interval);
}

void QueryService::bind(std::uint8_t entry, Answer answer) {
  process_.bind_task(entry, {}, [this, answer](client::Delivery request) {
    return serve(std::move(request), answer);
  });
}

task::Task<void> QueryService::serve(client::Delivery request, Answer answer) {
  if (request.call == 0) co_return;  // nobody waits for the answer
  const auto answered = (this->*answer)(request.message);
  // What a reply returns says only whether the asker is still there.
  if (answered) {
    static_cast<void>(tools::reply(process_, request, *answered));
  } else {
    static_cast<void>(tools::abort_reply(process_, request, answered.error().text));
  }
}

Result<wire::Message> QueryService::list(const wire::Message& question) const {
  const auto asked = protocol::list_question(question);
  if (!asked) return std::unexpected(asked.error());
  const auto sensors = store_.sensors();
  protocol::ListAnswer answer;
  for (auto at = sensors.upper_bound(asked->after); at != sensors.end(); ++at) {
    if (answer.sensors.size() == limits::kSensorsPerPage) {
      answer.more = true;
      break;
    }
    const SensorState state = store_.state(at->second);
    answer.sensors.push_back(listed(state, intake_.is_connected(state.info.station)));
  }
  return protocol::to_message(answer);
}

Result<wire::Message> QueryService::window(const wire::Message& question) const {
  const auto asked = protocol::window_question(question);
  if (!asked) return std::unexpected(asked.error());
  const auto answer = ask_window(store_, *asked);
  if (!answer) return std::unexpected(answer.error());
  return protocol::to_message(*answer);
}

Result<wire::Message> QueryService::interval(const wire::Message& question) const {
  const auto asked = protocol::interval_question(question);
  if (!asked) return std::unexpected(asked.error());
  const auto answer = ask_interval(store_, *asked);
  if (!answer) return std::unexpected(answer.error());
  return protocol::to_message(*answer);
}

}  // namespace cohort::sensors
