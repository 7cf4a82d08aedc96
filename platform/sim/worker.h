/// A process of the raw workload: it speaks the client protocol itself, with no library between,
/// and does at random everything that the protocol offers.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "platform/base/rng.h"
#include "platform/sim/actor.h"
#include "platform/sim/client_port.h"
#include "platform/sim/world.h"
#include "platform/wire/parts.h"

namespace cohort::sim {

class Worker final : public Actor, public std::enable_shared_from_this<Worker> {
 public:
  Worker(World& world, SiteId site, std::uint64_t number);

  bool connect() override;
  void die() override;
  void stop_acting() override;
  /// One CBCAST and one ABCAST to every group it is a member of, then a flush.
  void say_goodbye() override;
  void run_over() override;
  /// kHang, kGoOn and kGarbage only: everything else is up to itself.
  bool perform(const Action& action) override;
  std::string name() const override { return "p" + std::to_string(number_); }

  bool open() const override { return port_ && port_->open(); }
  bool welcomed() const override { return process_.valid(); }
  bool idle() const override { return pending_.empty(); }
  SiteId site() const override { return site_; }
  const wire::SiteView& sites() const override { return sites_; }
  std::string pending_text() const override;

 private:
  void on_record(ByteView record);
  void on_event(const wire::ClientEvent& event, std::size_t bytes);
  void on_deliver(std::size_t bytes);
  void on_view(const wire::View& view);
  void on_change_done(const wire::ChangeDone& change);
  void plan_action();
  void act();
  void act_on_groups(std::uint64_t dice);
  void multicast_at_random();
  void multicast(wire::Order order, wire::Safety safety, wire::Destinations to, std::size_t size);
  void join(const std::string& name);
  /// As an operator: a host that never starts comes or goes, a timer changes.
  void change_plant();
  void send(const wire::ClientRequest& request);
  void send_in_parts(wire::Multicast multicast);
  void note(const char* text);
  void consume(std::size_t bytes);
  void pause_reading();
  void journal(const wire::ClientRequest& request);
  std::uint64_t token(std::string what);
  std::string random_group_name();
  bool draw_group(GroupId& group);

  World& world_;
  SiteId site_;
  std::uint64_t number_;
  Rng rng_;
  std::shared_ptr<ClientPort> port_;
  wire::DeliveryAssembler assembler_;
  ProcessId process_;
  bool reading_ = true;         ///< else it takes no notice of deliveries
  std::size_t unconsumed_ = 0;  ///< while it does not read
  bool acting_ = true;
  std::uint64_t next_token_ = 1;
  std::map<std::uint64_t, std::string> pending_;  ///< token -> what waits for its answer
  std::map<GroupId, wire::GroupView> groups_;     ///< all that it knows of
  std::set<GroupId> logged_;                      ///< whose logs it keeps, or begins to
  std::set<std::uint64_t> log_begins_;            ///< tokens
  wire::SiteView sites_;
};

}  // namespace cohort::sim
