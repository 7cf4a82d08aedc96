#include "services/scheduling/driver.h"

#include <fmt/format.h>

#include <algorithm>

#include "platform/tools/coordinator_cohort.h"
#include "services/dispatch/limits.h"
#include "services/scheduling/protocol.h"
#include "services/scheduling/requests.h"
#include "services/station_service/protocol.h"

namespace cohort::services::scheduling {

namespace {

constexpr Duration kRetryPause = millis(200);
constexpr Duration kTickPeriod = millis(20);
/// The book's time is never older than this, so that commands of operators get a fair time.
constexpr Duration kTickAtLeast = seconds(1);
/// No job of the plant lasts longer; an answer that takes longer was lost: the order is sent again.
constexpr dispatch::PlantTime kLongestJob = 8 * stations::kPlantHour;
constexpr Duration kAnswerMargin = seconds(10);

}  // namespace

client::Message internal_change(const dispatch::Command& command, dispatch::PlantTime at_ms) {
  client::Message change;
  change.set("command", "internal").set("bytes", dispatch::encode_command(command));
  change.set("plant_time_ms", at_ms);
  return change;
}

Driver::Driver(ServiceMember& member, SchedulingState& state, Journal& journal,
               tools::ReplicatedData& changes)
    : member_(member), state_(state), journal_(journal), changes_(changes) {}

Driver::~Driver() {
  shared_->stopped = true;
}

bool Driver::drives() const {
  return state_.is_open() && member_.group().valid() && member_.oldest();
}

dispatch::PlantTime Driver::plant_now() const {
  return state_.clock().at(member_.options().wall_now());
}

void Driver::start() {
  member_.process().scheduler().spawn(tick(shared_));
}

void Driver::look() {
  if (!drives()) return;
  for (const auto& [number, order] : state_.book().book().orders) {
    if (!shared_->under_way.insert(number).second) continue;
    member_.process().scheduler().spawn(carry_out(shared_, number));
  }
}

void Driver::order_started(std::uint64_t order) {
  if (!drives()) return;
  client::Destinations to;
  to.groups.push_back(member_.group());
  const client::Message change = internal_change(dispatch::OrderStarted{order}, plant_now());
  const Result<void> sent =
      member_.process().multicast(client::Order::kTotal, std::move(to), kUpdateEntry, change);
  if (!sent) member_.log(fmt::format("start of order {} not told: {}", order, sent.error().text));
}

task::Task<void> Driver::tick(std::shared_ptr<Shared> shared) {
  task::Scheduler& scheduler = member_.process().scheduler();
  MonotonicTime last = scheduler.now();
  while (!shared->stopped && !member_.process().closed()) {
    if (drives()) {
      const std::optional<dispatch::PlantTime> next = state_.book().next_tick();
      const bool due = next && *next <= plant_now();
      // Also where nothing is in the plant: a lot is released at the time of the last tick.
      const bool old = scheduler.now() - last >= kTickAtLeast;
      if (due || old) {
        last = scheduler.now();
        dispatch::Command tick_now = dispatch::Tick{};
        const bool handed_in = co_await hand_in(std::move(tick_now));
        if (!handed_in) co_await scheduler.sleep_for(kRetryPause);
        if (shared->stopped) co_return;
      }
      look();
    }
    co_await scheduler.sleep_for(kTickPeriod);
  }
}

task::Task<void> Driver::carry_out(std::shared_ptr<Shared> shared, std::uint64_t order) {
  while (!shared->stopped && drives() && state_.book().book().orders.contains(order)) {
    const bool over = co_await attempt(order);
    if (shared->stopped || over) break;
    co_await member_.process().scheduler().sleep_for(kRetryPause);
  }
  shared->under_way.erase(order);
}

/// One try. The order goes out only once what led to it survives this site: it is in the log here,
/// and held by all members.
task::Task<bool> Driver::attempt(std::uint64_t number) {
  client::Process& process = member_.process();
  const Result<void> flushed = co_await process.flush();  // the disk works meanwhile
  if (!flushed) co_return false;
  const bool durable = co_await journal_.durable();
  if (!durable) co_return false;
  const auto found = state_.book().book().orders.find(number);
  if (found == state_.book().book().orders.end()) co_return true;
  const dispatch::Order order = found->second;
  const dispatch::BookStation* const station = state_.book().book().station(order.station);
  COHORT_ASSERT(station != nullptr, "an order names a station of the book");
  const std::string owner = owner_of(station->spec.kind);
  const Result<client::GroupView> view = co_await process.look_up(owner);
  if (!view) co_return false;
  client::Message request = station_service::to_message(request_of(order, state_.key_of(number)));
  const auto longest = static_cast<std::int64_t>(static_cast<double>(kLongestJob) /
                                                 std::max(1e-6, state_.clock().factor()));
  const Duration timeout = kAnswerMargin + millis(longest);
  const Result<client::Message> result =
      co_await tools::call_cohort(process, view->group, station_service::kOrderEntry,
                                  std::move(request), client::Order::kTotal, timeout);
  if (!result) {
    member_.log(fmt::format("order {} to '{}' goes out again: {}", state_.key_of(number), owner,
                            result.error().text));
    co_return false;
  }
  dispatch::Command outcome = outcome_of(order, *result);
  const bool handed_in = co_await hand_in(std::move(outcome));
  co_return handed_in;
}

/// The station's clock tells how long the job took, the plant's own clock when it ended: the two
/// clocks have no common start.
dispatch::Command Driver::outcome_of(const dispatch::Order& order,
                                     const client::Message& result) const {
  if (result.text("outcome") != "completed") {
    dispatch::OrderFailed failed;
    failed.order = order.id;
    failed.never_started = !result.flag("done_before");
    failed.reason = result.text("reason").substr(0, dispatch::limits::kReasonBytes);
    return failed;
  }
  const dispatch::PlantTime took = std::max<dispatch::PlantTime>(
      0, result.integer("completed_ms") - result.integer("started_ms"));
  dispatch::OrderDone done;
  done.order = order.id;
  done.completed_ms = std::max(plant_now(), state_.book().book().now_ms);
  done.started_ms = std::max(order.created_ms, done.completed_ms - took);
  done.duplicates_refused = static_cast<std::uint32_t>(result.integer("duplicates_refused"));
  return done;
}

task::Task<bool> Driver::hand_in(dispatch::Command command) {
  const Result<client::Message> answer =
      co_await changes_.update(internal_change(command, plant_now()));
  co_return answer.has_value();
}

}  // namespace cohort::services::scheduling
