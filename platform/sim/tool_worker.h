/// A process of the tools' workload: the real client library and the real tools, over a simulated
/// link and under virtual time, as a member of one replicated ledger.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "platform/base/rng.h"
#include "platform/sim/actor.h"
#include "platform/sim/client_port.h"
#include "platform/sim/ledger.h"
#include "platform/sim/world.h"
#include "platform/task/scheduler.h"

namespace cohort::sim {

class ToolWorker final : public Actor, public std::enable_shared_from_this<ToolWorker> {
 public:
  /// `scripted`: it acts only by perform().
  ToolWorker(World& world, SiteId site, std::uint64_t number, bool scripted = false);

  bool connect() override;
  void die() override;
  void stop_acting() override;
  void say_goodbye() override;
  void run_over() override;
  bool perform(const Action& action) override;

  bool open() const override { return port_ && port_->open(); }
  bool welcomed() const override { return process_ && process_->id().valid(); }
  bool idle() const override { return joined_ && under_way_ == 0; }
  SiteId site() const override { return site_; }
  const wire::SiteView& sites() const override { return process_->sites(); }
  std::string pending_text() const override;
  std::string name() const override { return "t" + std::to_string(number_); }

 private:
  task::Task<void> live();
  task::Task<void> update();
  task::Task<void> ask_cohort();
  task::Task<void> ask_all();
  task::Task<void> leave_and_return();
  void act();
  void begin(Verb verb);
  client::Message numbered_message();
  client::Destinations to_group() const;

  void hear(const wire::HistoryRecord& record);
  void drive_link();
  void pump();
  void plan_pump(Duration at);
  void die_where_armed();

  World& world_;
  SiteId site_;
  std::uint64_t number_;
  Rng rng_;
  std::shared_ptr<ClientPort> port_;
  task::Scheduler scheduler_;
  std::unique_ptr<client::Process> process_;
  std::optional<Ledger> ledger_;
  bool scripted_;
  bool acting_ = true;
  bool joined_ = false;
  std::uint32_t under_way_ = 0;
  std::uint64_t next_message_ = 1;
};

}  // namespace cohort::sim
