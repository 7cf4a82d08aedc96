/// Join-and-transfer (paper section 3.8): the joiner gets exactly the state at its join, in blocks,
/// then every later message (P47, P48, P49). All domains come from one cut.
///
/// At the view that lists the joiner every member that has the state encodes it (a plain function,
/// before it handles the next record); the oldest of them sends the blocks; if it fails the next
/// one starts again from block 0 of the same cut. The joiner's own handling of records waits.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "platform/client/process.h"

namespace cohort::tools {

/// One part of a process's replicated state.
struct Domain {
  std::string name;
  std::function<Bytes()> encode;
  std::function<Result<void>(ByteView)> decode;
};

class StateTransfer {
 public:
  /// Requires: domains are the same, in the same order, at all members.
  StateTransfer(client::Process& process, std::vector<Domain> domains);
  ~StateTransfer();

  /// Joins the group (creating it where absent and `create`) and, unless first, receives the state
  /// before it returns. Ensures: on an error no domain has been decoded (P49).
  /// Errors: those of join_group; kTotalFailure: every member that had the state failed.
  task::Task<Result<client::GroupView>> join(std::string group, bool create);

  /// Progress of transfers for people: blocks sent or received and how many there are.
  struct Progress {
    ProcessId donor;
    ProcessId joiner;
    std::uint32_t blocks_done = 0;
    std::uint32_t blocks = 0;
  };
  std::function<void(const Progress&)> on_progress;

 private:
  struct Parts;
  std::shared_ptr<Parts> parts_;
};

}  // namespace cohort::tools
