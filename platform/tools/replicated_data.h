/// Replicated data (paper section 3.6): managers hold copies that change by ordered or asynchronous
/// updates; the client's side hides the multicasts.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "platform/client/process.h"
#include "platform/tools/group_rpc.h"

namespace cohort::tools {

enum class UpdateMode : std::uint8_t {
  kOrdered,       ///< ABCAST: any member may update at any time
  kAsynchronous,  ///< CBCAST: the caller has exclusion (one writer, a lock)
};

/// One replicated item at a manager. Updates run `apply` at every copy; `read` answers clients.
class ReplicatedData {
 public:
  struct Options {
    std::uint8_t update_entry = 0;
    std::uint8_t read_entry = 0;
    UpdateMode mode = UpdateMode::kOrdered;
    /// Plain function; what it returns goes to a caller that waits for its update.
    std::function<client::Message(const client::Delivery&)> apply;
    std::function<client::Message(const client::Message& question)> read;
  };
  ReplicatedData(client::Process& process, Options options);
  ~ReplicatedData();
  /// Names the group; before the first update().
  void attach(GroupId group);

  /// Updates all copies: 1 multicast. Returns what apply returned at this member, once it is
  /// applied here. Errors: kNotMember (others use update_data), kOutcomeUnknown (this member left
  /// before it came back), kClosed, those of multicast.
  task::Task<Result<client::Message>> update(client::Message change);
  /// Reads the local copy after this process's own updates in flight (P44). Costs nothing.
  task::Task<Result<client::Message>> read(client::Message question);

 private:
  struct Parts;
  std::shared_ptr<Parts> parts_;
};

/// The client's side, for processes that are no managers: 1 multicast; every manager replies, and
/// the first reply is returned. Errors: those of call().
task::Task<Result<client::Message>> update_data(client::Process& process, GroupId group,
                                                std::uint8_t update_entry, client::Message change,
                                                UpdateMode mode = UpdateMode::kOrdered);
task::Task<Result<client::Message>> read_data(client::Process& process, GroupId group,
                                              std::uint8_t read_entry, client::Message question);

}  // namespace cohort::tools
