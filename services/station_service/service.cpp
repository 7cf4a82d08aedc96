#include "services/station_service/service.h"

#include <fmt/format.h>

#include <algorithm>

#include "platform/base/instrument.h"
#include "services/news/protocol.h"
#include "services/station_service/equipment_calls.h"
#include "services/station_service/protocol.h"

namespace cohort::services::station_service {

namespace {

/// A drill that nobody follows up by a kill ends by itself.
constexpr Duration kDrillPause = seconds(30);
constexpr Duration kAnnouncePause = millis(50);

}  // namespace

StationService::StationService(client::Process& process, Options options)
    : options_(std::move(options)),
      orders_(
          process,
          {.request_entry = kOrderEntry,
           .result_entry = kResultEntry,
           .action = [this](tools::Computation c) { return act(std::move(c)); },
           .apply = [this](const client::Delivery& request,
                           const client::Message& result) { apply_result(request, result); },
           .on_takeover =
               [this](const client::Delivery& request, ProcessId failed, ProcessId successor,
                      std::uint64_t view) { apply_takeover(request, failed, successor, view); }}),
      changes_(process,
               {.update_entry = kUpdateEntry,
                .read_entry = kReadEntry,
                .mode = tools::UpdateMode::kOrdered,
                .apply = [this](const client::Delivery& change) { return apply_change(change); },
                .read = [this](const client::Message& question) { return answer(question); }}),
      member_(process, options_.member, domains()),
      moved_(process.scheduler()) {
  member_.on_view = [this](const client::ViewChange& change) {
    for (const auto& [gone, why] : change.departed) table_.member_gone(gone);
    moved_.pulse();
  };
}

std::vector<tools::Domain> StationService::domains() {
  tools::Domain table;
  table.name = "orders";
  table.encode = [this] { return table_.encode(); };
  table.decode = [this](ByteView bytes) { return table_.decode(bytes); };
  tools::Domain pending;
  pending.name = "pending requests";
  pending.encode = [this] { return orders_.encode_state(); };
  pending.decode = [this](ByteView bytes) { return orders_.decode_state(bytes); };
  return {std::move(table), std::move(pending)};
}

task::Task<Result<void>> StationService::start() {
  const Result<GroupId> joined = co_await member_.join();
  if (!joined) co_return std::unexpected(joined.error());
  orders_.attach(*joined);
  changes_.attach(*joined);
  co_return Result<void>{};
}

task::Task<client::Message> StationService::act(tools::Computation computation) {
  const Result<Order> order = order_of(computation.request.message);
  if (!order) co_return refused(order.error().text);
  const OrderRow* const row = table_.find(order->key);
  if (row != nullptr && row->done) co_return row->result;
  client::Message outcome = co_await run(*order, computation.request.sender, computation.takeovers);
  co_return result_of(*order, std::move(outcome), computation.takeovers);
}

task::Task<client::Message> StationService::run(Order order, ProcessId caller,
                                                std::uint32_t takeovers) {
  const auto station = options_.stations.find(order.station);
  if (station == options_.stations.end()) {
    co_return refused(
        fmt::format("'{}' owns no station '{}'", options_.member.service, order.station));
  }
  task::Scheduler& scheduler = member_.process().scheduler();
  co_await pause_at(kBeforeAct, order);
  const Claim claim = co_await wait_for_turn(order);
  if (claim == Claim::kDone) co_return table_.find(order.key)->result;
  if (claim == Claim::kClosed) co_return refused("the session with the site's daemon is over");
  stations::Job job = job_of(order);
  const Result<stations::JobStatus> started =
      co_await ensure_started(member_.process(), *station->second, std::move(job));
  if (!started) {
    client::Message outcome = refused(started.error().text);
    outcome.set("done_before", started.error().code == Errc::kRefused);
    co_return outcome;
  }
  if (takeovers > 0) {
    member_.log(fmt::format("order {} taken over: the station says {}", order.key,
                            stations::to_string(started->state)));
  }
  tell_start(order, caller, started->started_ms);
  co_await pause_at(kAfterStart, order);
  const stations::JobStatus status = co_await completion(scheduler, *station->second, order.key);
  co_await pause_at(kAfterCompletion, order);
  co_return completed(status);
}

/// Waits until this computation is the one that acts for the order. The world may be touched only
/// on causes that survive this site (platform ruling 14): the request and the announcement are
/// safe, so both are held by all member sites before the station hears of the order.
task::Task<StationService::Claim> StationService::wait_for_turn(Order order) {
  client::Process& process = member_.process();
  bool announced = false;
  while (!process.closed()) {
    const OrderRow* const row = table_.find(order.key);
    if (row != nullptr && row->done) co_return Claim::kDone;
    const bool taken = row != nullptr && row->coordinator.valid();
    const bool mine = taken && row->coordinator == process.id();
    if (mine && acting_.insert(order.key).second) co_return Claim::kActs;
    if (taken) announced = false;
    if (!taken && !announced) announced = announce(order);
    if (taken || announced) {
      co_await moved_.wait();
    } else {
      co_await process.scheduler().sleep_for(kAnnouncePause);
    }
  }
  co_return Claim::kClosed;
}

bool StationService::announce(const Order& order) {
  client::Message change = to_message(order);
  change.set("change", "begun");
  client::Destinations to;
  to.groups.push_back(member_.group());
  const Result<void> sent = member_.process().multicast(
      client::Order::kTotal, std::move(to), kUpdateEntry, change, client::Safety::kSafe);
  if (!sent) member_.log(fmt::format("order {} not announced: {}", order.key, sent.error().text));
  return sent.has_value();
}

task::Task<void> StationService::pause_at(std::string_view phase, Order order) {
  if (!options_.drills || table_.drill() != phase) co_return;
  client::Message claim;
  claim.set("change", "claim").set("phase", phase);
  const Result<client::Message> granted = co_await changes_.update(std::move(claim));
  if (!granted || !granted->flag("granted")) co_return;
  post_drill(phase, order);
  co_await member_.process().scheduler().sleep_for(kDrillPause);
}

void StationService::tell_start(const Order& order, ProcessId caller, std::int64_t started_ms) {
  if (!order.tell_start) return;
  client::Message message;
  message.set("order", order.number).set("key", order.key).set("started_ms", started_ms);
  client::Destinations to;
  to.processes.push_back(caller);
  const Result<void> sent =
      member_.process().multicast(client::Order::kCausal, std::move(to), kStartedEntry, message);
  if (!sent) member_.log(fmt::format("start not told: {}", sent.error().text));
}

client::Message StationService::completed(const stations::JobStatus& status) const {
  client::Message outcome;
  outcome.set("outcome", "completed").set("started_ms", status.started_ms);
  outcome.set("completed_ms", status.completed_ms);
  outcome.set("duplicates_refused", std::int64_t{status.duplicates_refused});
  return outcome;
}

client::Message StationService::refused(std::string_view why) const {
  client::Message outcome;
  outcome.set("outcome", "refused").set("reason", why);
  return outcome;
}

client::Message StationService::result_of(const Order& order, client::Message outcome,
                                          std::uint32_t takeovers) const {
  outcome.set("order", order.number).set("key", order.key);
  outcome.set("takeovers", std::int64_t{takeovers});
  outcome.set("coordinator", member_.process().id());
  outcome.set("coordinator_site", int{options_.member.site.value});
  return outcome;
}

}  // namespace cohort::services::station_service
