/// The replicated state of the tools' workload: a count and a digest of everything applied, with
/// some ballast so that transfers have blocks, behind a coordinator-cohort entry and replicated
/// data, transferred at joins. The same program runs at every member.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/base/rng.h"
#include "platform/client/tooling.h"
#include "platform/tools/coordinator_cohort.h"
#include "platform/tools/replicated_data.h"
#include "platform/tools/state_transfer.h"

namespace cohort::sim {

inline constexpr const char* kLedgerGroup = "ledger";
inline constexpr std::uint8_t kLedgerRequest = 30;
inline constexpr std::uint8_t kLedgerResult = 31;
inline constexpr std::uint8_t kLedgerUpdate = 32;
inline constexpr std::uint8_t kLedgerRead = 33;
inline constexpr std::uint8_t kLedgerAsk = 34;  ///< as a read; now and then it replies twice

class Ledger {
 public:
  /// `first_ballast`: bytes of state where this member founds the group.
  Ledger(client::Process& process, Rng rng, std::size_t first_ballast);

  /// Joins, again and again until it is a member with the state or the session is over.
  task::Task<bool> join();
  task::Task<void> leave();

  GroupId group() const { return group_; }
  /// How many changes this copy has had, and a digest of them in their order.
  std::uint64_t applied() const { return applied_; }
  std::uint64_t digest() const { return digest_; }
  tools::ReplicatedData& data() { return data_; }

 private:
  tools::CoordinatorCohort::Options cohort_options();
  tools::ReplicatedData::Options data_options();
  std::vector<tools::Domain> domains();
  static task::Task<client::Message> act(Ledger* ledger, tools::Computation computation);
  void apply(const client::Message& change, GroupId group);
  std::optional<client::Message> answer(const client::Delivery& question);

  client::Process& process_;
  client::Tooling tooling_;
  Rng rng_;
  std::size_t ballast_;
  std::uint64_t applied_ = 0;
  std::uint64_t digest_ = 0;
  GroupId group_;
  tools::CoordinatorCohort cohort_;
  tools::ReplicatedData data_;
  tools::StateTransfer transfer_;
};

}  // namespace cohort::sim
