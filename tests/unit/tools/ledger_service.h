/// A replicated service for tests of the tools: a ledger of text lines that grows by ordered
/// updates and by the results of coordinator-cohort requests, transferred at joins.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plant_harness.h"
#include "platform/tools/coordinator_cohort.h"
#include "platform/tools/replicated_data.h"
#include "platform/tools/state_transfer.h"

namespace cohort::test {

inline constexpr std::uint8_t kLedgerRequest = 16;
inline constexpr std::uint8_t kLedgerResult = 17;
inline constexpr std::uint8_t kLedgerUpdate = 18;
inline constexpr std::uint8_t kLedgerRead = 19;

using Lines = std::vector<std::string>;

/// One member; the action of a request takes `work` of virtual time and is counted.
class LedgerService {
 public:
  explicit LedgerService(App& owner, Duration work_time = millis(500))
      : app(owner),
        work(work_time),
        cohort(owner.process(), cohort_options()),
        data(owner.process(), data_options()),
        transfer(owner.process(), domains()) {}

  /// Connects and joins; `joined` has the outcome.
  static task::Task<void> start(std::shared_ptr<LedgerService> service) {
    auto connected = co_await service->app.process().connect();
    if (!connected) co_return;
    auto view = co_await service->transfer.join("ledger", true);
    if (view) {
      service->group = view->group;
      service->cohort.attach(view->group);
      service->data.attach(view->group);
    }
    service->joined.emplace(std::move(view));
  }

  bool is_up() const { return joined && joined->has_value(); }

  App& app;
  Duration work;
  Lines lines;
  std::size_t ballast = 0;             ///< extra bytes of state
  ByteView kept;                       ///< the state as it came, where one came
  std::shared_ptr<const Bytes> image;  ///< what `kept` lies in
  int acted = 0;
  int ended = 0;
  std::vector<std::pair<ProcessId, ProcessId>> takeovers;
  std::optional<Result<client::GroupView>> joined;
  GroupId group;
  tools::CoordinatorCohort cohort;
  tools::ReplicatedData data;
  tools::StateTransfer transfer;

 private:
  static task::Task<client::Message> act(LedgerService* service, tools::Computation computation) {
    ++service->acted;
    co_await service->app.scheduler().sleep_for(service->work);
    ++service->ended;
    client::Message result = computation.request.message;
    result.set("by", service->app.id());
    co_return result;
  }

  tools::CoordinatorCohort::Options cohort_options() {
    tools::CoordinatorCohort::Options options;
    options.request_entry = kLedgerRequest;
    options.result_entry = kLedgerResult;
    options.action = [this](tools::Computation c) { return act(this, std::move(c)); };
    options.apply = [this](const client::Delivery&, const client::Message& result) {
      lines.push_back("result " + result.text("what"));
    };
    options.on_takeover = [this](const client::Delivery&, ProcessId failed, ProcessId successor,
                                 std::uint64_t) { takeovers.emplace_back(failed, successor); };
    return options;
  }

  tools::ReplicatedData::Options data_options() {
    tools::ReplicatedData::Options options;
    options.update_entry = kLedgerUpdate;
    options.read_entry = kLedgerRead;
    options.apply = [this](const client::Delivery& update) {
      lines.push_back(update.message.text("what"));
      client::Message answer;
      answer.set("size", std::uint64_t{lines.size()});
      return answer;
    };
    options.read = [this](const client::Message&) {
      client::Message answer;
      answer.set("size", std::uint64_t{lines.size()});
      return answer;
    };
    return options;
  }

  std::vector<tools::Domain> domains() {
    tools::Domain state{"lines", [this] { return encode_lines(); }, nullptr};
    state.adopt = [this](ByteView bytes, const std::shared_ptr<const Bytes>& owner) {
      kept = bytes;
      image = owner;
      return decode_lines(bytes);
    };
    tools::Domain pending{"pending", [this] { return cohort.encode_state(); },
                          [this](ByteView bytes) { return cohort.decode_state(bytes); }};
    return {state, pending};
  }

  Bytes encode_lines() const {
    wire::Message message;
    wire::Message::List list;
    for (const std::string& line : lines) list.emplace_back().set("line", line);
    message.set("lines", std::move(list)).set("ballast", Bytes(ballast, 7));
    return message.encode();
  }
  Result<void> decode_lines(ByteView bytes) {
    auto message = wire::Message::decode(bytes);
    if (!message) return std::unexpected(message.error());
    ballast = message->bytes("ballast").size();
    lines.clear();
    for (const auto& line : message->list("lines")) lines.push_back(line.text("line"));
    return {};
  }
};

/// A caller that asks the ledger's members for computations.
class LedgerCaller {
 public:
  explicit LedgerCaller(App& owner) : app(owner) {}

  static task::Task<void> start(std::shared_ptr<LedgerCaller> caller) {
    auto connected = co_await caller->app.process().connect();
    if (!connected) co_return;
    auto view = co_await caller->app.process().look_up("ledger");
    if (view) caller->group = view->group;
  }
  static task::Task<void> ask(std::shared_ptr<LedgerCaller> caller, std::string what) {
    client::Message request;
    request.set("what", what);
    auto reply = co_await tools::call_cohort(caller->app.process(), caller->group, kLedgerRequest,
                                             std::move(request));
    caller->replies.push_back(std::move(reply));
  }
  /// Sends `count` ordered updates, one every millisecond.
  static task::Task<void> write(std::shared_ptr<LedgerCaller> caller, int count) {
    for (int i = 0; i < count; ++i) {
      client::Message update;
      update.set("what", "update " + std::to_string(i));
      client::Destinations to;
      to.groups.push_back(caller->group);
      auto sent = caller->app.process().multicast(client::Order::kTotal, std::move(to),
                                                  kLedgerUpdate, update);
      if (!sent) co_return;
      co_await caller->app.scheduler().sleep_for(millis(1));
    }
  }

  App& app;
  GroupId group;
  std::vector<Result<client::Message>> replies;
};

/// A plant with ledger members, and a caller.
class LedgerPlant {
 public:
  explicit LedgerPlant(std::uint16_t sites) : plant(sites) {}

  std::shared_ptr<LedgerService> add_member(std::uint16_t site) {
    App& app = plant.open(site);
    const auto service = app.keep(std::make_shared<LedgerService>(app));
    app.spawn(LedgerService::start(service));
    return service;
  }
  std::shared_ptr<LedgerService> add_running_member(std::uint16_t site) {
    const auto service = add_member(site);
    const bool up = plant.run_until([&] { return service->is_up(); });
    COHORT_ASSERT(up, "the member joins");
    return service;
  }
  std::shared_ptr<LedgerCaller> add_caller(std::uint16_t site) {
    App& app = plant.open(site);
    const auto caller = app.keep(std::make_shared<LedgerCaller>(app));
    app.spawn(LedgerCaller::start(caller));
    const bool up = plant.run_until([&] { return caller->group.valid(); });
    COHORT_ASSERT(up, "the caller finds the group");
    return caller;
  }
  void ask(const std::shared_ptr<LedgerCaller>& caller, std::string what) {
    caller->app.spawn(LedgerCaller::ask(caller, std::move(what)));
  }

  Plant plant;
};

}  // namespace cohort::test
