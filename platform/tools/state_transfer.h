/// Join-and-transfer (paper section 3.8): the joiner gets exactly the state at its join, in blocks,
/// then every later message (P47, P48, P49). All domains come from one cut.
///
/// At the view that lists the joiner every older member that has the state encodes it (a plain
/// function, before it handles the view itself); the first of them sends the blocks; if it goes the
/// next one starts again from block 0 of the same cut; and so it does where nothing has come for a
/// while (kTransferPatience), however long a transfer takes that goes on. The joiner's own handling
/// of records waits from that view on. First: the oldest of those that were complete at the view;
/// then those still receiving, who encode the same cut when they get there. Who is complete is
/// known to all, as each says so in a multicast, which lies at one place among the views.
///
/// A process runs one join at a time, and joins of two groups do not wait for each other in a ring
/// (A joins X, served by B alone, while B joins Y, served by A alone).
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "platform/base/limits.h"
#include "platform/client/process.h"
#include "platform/tools/transfer_image.h"

namespace cohort::tools {

/// One part of a process's replicated state.
struct Domain {
  std::string name;               ///< of at most limits::kNameBytes
  std::function<Bytes()> encode;  ///< plain and deterministic: same state, same bytes
  std::function<Result<void>(ByteView)> decode;
  /// Instead of `encode`, for a large state: takes a snapshot at once (shared or copied on write)
  /// and reads it in slices later, so that neither this process nor others wait for its length.
  std::function<Snapshot()> snapshot = nullptr;
  /// Instead of `decode`, for a large state: may keep the bytes where they came, without a copy,
  /// for as long as it holds their owner.
  std::function<Result<void>(ByteView, const std::shared_ptr<const Bytes>& owner)> adopt = nullptr;
};

/// No block for so long: the joiner asks the next donor.
inline constexpr Duration kTransferPatience = seconds(5);

class StateTransfer {
 public:
  /// Requires: domains are the same, in the same order, at all members; a process makes its
  /// StateTransfers in the same order as the other members (at most four).
  /// A state above `direct_above` bytes travels over a connection of its own (client::Direct).
  StateTransfer(client::Process& process, std::vector<Domain> domains,
                std::size_t direct_above = limits::kDirectStateBytes);
  ~StateTransfer();

  /// Joins the group (creating it where absent and `create`) and, unless first, receives the state
  /// and handles all that waited before it returns. Ensures: on an error no domain has been decoded
  /// (P49), unless a domain's own decode refused it, and this process is no member.
  /// Errors: those of join_group; kTotalFailure: every member that had the state went (join again);
  /// kMalformed, kCorrupt: the state is not what the domains expect.
  task::Task<Result<client::GroupView>> join(std::string group, bool create);

  /// Whether this process has the state.
  bool complete() const;

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
