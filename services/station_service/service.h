/// One member of a station service: emulsion, processing and transport are three groups of these,
/// each with the stations that it owns (docs/protocol/station-service.md).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "platform/client/process.h"
#include "platform/task/event.h"
#include "platform/tools/coordinator_cohort.h"
#include "platform/tools/replicated_data.h"
#include "services/member/service_member.h"
#include "services/station_service/order_table.h"
#include "stations/equipment.h"

namespace cohort::services::station_service {

class StationService {
 public:
  struct Options {
    MemberOptions member;
    std::map<std::string, stations::Equipment*> stations;  ///< by name; they outlive the service
    bool drills = false;                                   ///< stand still at armed phases
  };
  /// Requires: before process.connect(); `process` outlives the service.
  StationService(client::Process& process, Options options);

  /// Joins the group with the table and the pending orders. Errors: those of ServiceMember::join.
  task::Task<Result<void>> start();

  const OrderTable& table() const { return table_; }

 private:
  /// The coordinator's work on one order, from its acceptance to its result.
  task::Task<client::Message> act(tools::Computation computation);
  task::Task<client::Message> run(Order order, ProcessId caller, std::uint32_t takeovers);
  /// What became of an announcement: this computation acts, or the order is done, or the session is
  /// over.
  enum class Claim : std::uint8_t { kActs, kDone, kClosed };
  task::Task<Claim> wait_for_turn(Order order);
  bool announce(const Order& order);
  task::Task<void> pause_at(std::string_view phase, Order order);
  void tell_start(const Order& order, ProcessId caller, std::int64_t started_ms);

  void apply_result(const client::Delivery& request, const client::Message& result);
  void apply_takeover(const client::Delivery& request, ProcessId failed, ProcessId successor,
                      std::uint64_t view);
  client::Message apply_change(const client::Delivery& delivery);
  client::Message answer(const client::Message& question) const;

  client::Message completed(const stations::JobStatus& status) const;
  client::Message refused(std::string_view why) const;
  client::Message result_of(const Order& order, client::Message outcome,
                            std::uint32_t takeovers) const;
  void post_drill(std::string_view phase, const Order& order);
  std::vector<tools::Domain> domains();

  Options options_;
  OrderTable table_;
  tools::CoordinatorCohort orders_;
  tools::ReplicatedData changes_;
  ServiceMember member_;
  task::Event moved_;             ///< pulsed when the table or the view has changed
  std::set<std::string> acting_;  ///< keys of this process's own computations
};

}  // namespace cohort::services::station_service
