/// What the oldest member of scheduling does: sends every outstanding order to the service that
/// owns it, brings the result back as an ordered update, lets the plant's time pass.
///
/// When the oldest dies, the next one sends all outstanding orders again; their owners know them by
/// their keys.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <set>

#include "platform/client/process.h"
#include "platform/tools/replicated_data.h"
#include "services/member/service_member.h"
#include "services/scheduling/journal.h"
#include "services/scheduling/state.h"

namespace cohort::services::scheduling {

class Driver {
 public:
  /// Requires: all outlive the driver.
  Driver(ServiceMember& member, SchedulingState& state, Journal& journal,
         tools::ReplicatedData& changes);
  ~Driver();
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  /// Begins to let the time pass.
  void start();
  /// The book or the view has changed: sends what is not under way yet.
  void look();
  /// An owner said that the station has begun with the order.
  void order_started(std::uint64_t order);

 private:
  struct Shared {
    bool stopped = false;
    std::set<std::uint64_t> under_way;
  };
  bool drives() const;
  task::Task<void> tick(std::shared_ptr<Shared> shared);
  task::Task<void> carry_out(std::shared_ptr<Shared> shared, std::uint64_t order);
  task::Task<bool> attempt(std::uint64_t order);
  task::Task<bool> hand_in(dispatch::Command command);
  dispatch::Command outcome_of(const dispatch::Order& order, const client::Message& result) const;
  dispatch::PlantTime plant_now() const;

  ServiceMember& member_;
  SchedulingState& state_;
  Journal& journal_;
  tools::ReplicatedData& changes_;
  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

/// The member's own commands as messages.
client::Message internal_change(const dispatch::Command& command, dispatch::PlantTime at_ms);

}  // namespace cohort::services::scheduling
