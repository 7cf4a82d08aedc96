/// One member of scheduling: the replicated book, its log on disk, the oldest member's driver
/// (docs/protocol/scheduling.md).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "platform/client/process.h"
#include "platform/store/store.h"
#include "platform/tools/replicated_data.h"
#include "services/dispatch/plant_book.h"
#include "services/member/service_member.h"
#include "services/scheduling/driver.h"
#include "services/scheduling/journal.h"
#include "services/scheduling/state.h"

namespace cohort::services::scheduling {

class SchedulingService {
 public:
  struct Options {
    MemberOptions member;
    std::vector<stations::StationSpec> stations;
    dispatch::Policy policy = dispatch::Policy::kFifo;
    double clock_factor = 1;
    std::function<void(const Error&)> on_failure;  ///< the disk failed: stop the process
  };
  /// Requires: before process.connect(); process and store outlive the service.
  SchedulingService(client::Process& process, Options options, store::Store& store);

  /// Reads the log, joins with the state, compares logs where nobody serves yet.
  /// Errors: kCorrupt, kIo (the log); those of ServiceMember::join.
  task::Task<Result<void>> start();

  const SchedulingState& state() const { return state_; }

 private:
  client::Message apply_change(const client::Delivery& delivery);
  client::Message apply_command(const client::Delivery& delivery, bool from_member);
  Result<dispatch::Command> parse(const client::Message& change, bool from_member) const;
  client::Message apply_assembly(const client::Delivery& delivery);
  client::Message answer(const client::Message& question) const;
  client::Message describe_state() const;
  void tell(const dispatch::Command& command, const dispatch::Order* before,
            const dispatch::Applied& applied);

  task::Task<void> assemble();
  void assemble_once(MonotonicTime since_majority);
  void offer_log();
  bool change_members(client::Message change);
  std::vector<tools::Domain> domains();

  Options options_;
  SchedulingState stored_;  ///< what this member's log held at its start
  SchedulingState state_;
  Journal journal_;
  tools::ReplicatedData changes_;
  ServiceMember member_;
  Driver driver_;
};

}  // namespace cohort::services::scheduling
