/// Coordinator-cohort (paper sections 3.3 and 6): all members get the request, one of them acts for
/// the caller, the others stand by and take over, one by one, if it fails before its reply.
///
/// The coordinator is picked with no message: a participant at the caller's site, else a circular
/// scan of the participants from (caller's site id mod number of participants). The reply goes to
/// the caller with copies to the members in force when it is numbered, in one multicast: where the
/// action changes the group's state, that copy *is* the update (E16), applied once per request.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "platform/client/process.h"
#include "platform/tools/group_rpc.h"

namespace cohort::tools {

enum class Role : std::uint8_t {
  kOriginal,  ///< picked at the request's delivery
  kTakeover,  ///< all before it failed, and no reply copy was delivered
};

/// One request that this member coordinates.
struct Computation {
  client::Delivery request;
  Role role = Role::kOriginal;
  std::uint32_t takeovers = 0;  ///< how many coordinators failed before this one
};

/// Runs the action of one request; what it returns is the reply and the update. It may run beside
/// others. Where another coordinates by the time it returns (this process has left the group), its
/// result is dropped. A result beyond limits::kPayloadBytes is replaced by {error}.
using Action = std::function<task::Task<client::Message>(Computation)>;
/// Applies a finished request's result to the group's state: a plain function, at every member, at
/// one place of the order, once per request; also at the coordinator.
using Apply = std::function<void(const client::Delivery& request, const client::Message& result)>;
/// Told at every member when a coordinator failed and another takes over (for news and reports).
using OnTakeover = std::function<void(const client::Delivery& request, ProcessId failed,
                                      ProcessId successor, std::uint64_t view)>;

/// One coordinator-cohort entry of one group. The table of pending requests is replicated state:
/// it is transferred to joiners (give it to StateTransfer as a domain). A joiner stands by for the
/// requests in the table it received only when every participant has gone; then the members in
/// force pick among themselves by the same rule, so a request is lost only with the whole group.
/// The computation also ends where its caller has failed: the result matters to the group.
class CoordinatorCohort {
 public:
  struct Options {
    std::uint8_t request_entry = 0;  ///< where requests arrive (bound here)
    std::uint8_t result_entry = 0;   ///< where reply copies arrive (bound here)
    Action action;
    Apply apply;
    OnTakeover on_takeover;  ///< may be empty
    /// Of the reply with copies: kTotal puts all results in one order; kCausal is cheaper where
    /// results of different requests commute.
    client::Order result_order = client::Order::kTotal;
  };
  CoordinatorCohort(client::Process& process, Options options);
  ~CoordinatorCohort();

  /// Names the group; not needed where its state or a request has come before.
  void attach(GroupId group);

  /// The pending requests as bytes and back (state transfer domain).
  Bytes encode_state() const;
  Result<void> decode_state(ByteView state);

  std::size_t pending() const;

 private:
  struct Parts;
  std::shared_ptr<Parts> parts_;
};

/// The caller's side: one CBCAST to invoke (ABCAST where the service needs it), one reply. The
/// request is safe: nobody acts on the world before all member sites hold it (ruling 14).
/// Errors: kTotalFailure (all that got the request died before a reply; one that joined since may
/// still carry it out: ask again by the request's own key), and those of call().
task::Task<Result<client::Message>> call_cohort(client::Process& process, GroupId group,
                                                std::uint8_t request_entry, client::Message request,
                                                client::Order order = client::Order::kTotal,
                                                Duration timeout = Duration{0});

}  // namespace cohort::tools
