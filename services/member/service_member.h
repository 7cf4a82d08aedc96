/// What every member of every service does alike: joins its group with the state, keeps the other
/// members running while it is the oldest, and tells the news of its group's changes.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "platform/client/process.h"
#include "platform/tools/state_transfer.h"

namespace cohort::services {

/// What a service is told about the place where it runs.
struct MemberOptions {
  std::string service;        ///< the group's name
  SiteId site;                ///< this member's
  std::vector<SiteId> sites;  ///< where the plant file wants a member; empty: none is restarted
  std::uint64_t unix_pid = 0;
  std::function<WallTime()> wall_now;
  std::function<void(std::string_view)> log;  ///< one line for people
};

class ServiceMember {
 public:
  /// Requires: before process.connect(); `process` outlives the member.
  ServiceMember(client::Process& process, MemberOptions options,
                std::vector<tools::Domain> domains);
  ~ServiceMember();
  ServiceMember(const ServiceMember&) = delete;
  ServiceMember& operator=(const ServiceMember&) = delete;

  /// Joins the service's group, creating it where it does not exist, and has the state when it
  /// returns. Errors: those of StateTransfer::join, after retries where waiting helps.
  task::Task<Result<GroupId>> join();

  /// Called at each view of the group after join(), in the order of events.
  std::function<void(const client::ViewChange&)> on_view;

  /// Posts to the news service; what cannot be posted is logged.
  void post(std::string subject, client::Message body);
  void log(std::string_view text) const;

  client::Process& process() const;
  const MemberOptions& options() const;
  GroupId group() const;
  /// The last view seen; empty before join().
  const client::GroupView& view() const;
  /// True where this member is the oldest of its group.
  bool oldest() const;

 private:
  struct Parts;
  std::shared_ptr<Parts> parts_;
};

/// The member that answers a question alone: one at the asker's site, else the oldest.
/// Requires: the view has members.
ProcessId answering_member(const client::GroupView& view, ProcessId asker);

}  // namespace cohort::services
