/// One session with a site's daemon: watches groups, sites and news, asks the services, carries out
/// commands. Runs on the host's loop only; what it learns it tells as events.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "console/bridge/sensor_reader.h"
#include "console/models/command_text.h"
#include "console/models/plant_event.h"
#include "platform/client/adapters/host.h"
#include "platform/tools/news.h"

namespace cohort::console {

/// How often a healthy plant is heard at least.
inline constexpr int kPollMs = 1'000;

class LiveSession {
 public:
  using Tell = std::function<void(PlantEvent)>;

  /// Requires: made before the host's process is connected; outlived by the host.
  LiveSession(client::Host& host, Tell tell);
  LiveSession(const LiveSession&) = delete;
  LiveSession& operator=(const LiveSession&) = delete;

  /// The main of the host: connects and serves until the daemon goes or the host is stopped.
  task::Task<int> run();

  /// Carries a command out; in the host's loop. `draft` is what `record` says, with the count.
  void submit(const CommandRecord& record, const CommandDraft& draft);

 private:
  struct Watch {
    std::string name;
    GroupId group;
    client::Process::Subscription subscription;
  };

  void tell(decltype(PlantEvent::body) body);
  void subscribe();
  void follow(Watch& watch, const client::GroupView& view);
  task::Task<void> watchGroups();
  task::Task<void> watchNews();
  task::Task<void> pollScheduling();
  task::Task<void> pollStationServices();
  task::Task<Result<client::Message>> askScheduling(std::string question, std::int64_t offset);
  task::Task<void> carryOut(CommandRecord record, CommandDraft draft);
  task::Task<Result<client::Message>> send(CommandDraft draft, std::string reason);

  client::Host& host_;
  Tell tell_;
  std::vector<Watch> watches_;
  std::vector<client::Process::Subscription> subscriptions_;
  tools::NewsSubscription news_;
  SensorReader sensors_;
  int takeovers_ = 0;
};

}  // namespace cohort::console
