/// The requests of a coordinator-cohort entry that have no result yet: the same table at every
/// member, changed only at deliveries and views. Pure: it decides who coordinates, and sends
/// nothing.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "platform/client/process.h"

namespace cohort::tools {

/// The rule (paper section 6): a candidate at the caller's site, the oldest of them; else a
/// circular scan from the caller's site number. Requires: candidates not empty, oldest first.
ProcessId pick_coordinator(ProcessId caller, const std::vector<ProcessId>& candidates);

struct PendingRequest {
  client::Delivery request;  ///< request.view.members are the participants
  ProcessId coordinator;
  std::uint32_t takeovers = 0;
  ProcessId failed;  ///< the coordinator before; none: there was none
};

/// One change of coordinator at a view.
struct Takeover {
  client::MessageId request;
  ProcessId failed;
  ProcessId successor;
};

class PendingRequests {
 public:
  /// A request was delivered. Requires: not pending already; its view lists somebody.
  const PendingRequest& add(client::Delivery request);
  const PendingRequest* find(const client::MessageId& request) const;
  /// Its result was delivered: takes it out; nothing where it is not pending (a second result).
  std::optional<PendingRequest> finish(const client::MessageId& request);
  /// Replaces each coordinator that is no member any more, by the rule: among the participants that
  /// are still members, or, where none is, among all members: they joined since and got this table.
  /// Requires: members not empty.
  std::vector<Takeover> on_view(const std::vector<ProcessId>& members);

  std::size_t size() const { return requests_.size(); }
  void clear() { requests_.clear(); }

  Bytes encode() const;
  /// Errors: kMalformed; then the table is as it was.
  Result<void> decode(ByteView bytes);

 private:
  std::map<client::MessageId, PendingRequest> requests_;
};

}  // namespace cohort::tools
