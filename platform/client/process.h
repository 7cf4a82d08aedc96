/// An application's process as the toolkit sees it: its session with the site's daemon, its groups,
/// its entries and filters (paper sections 3.2 and 4.1). The tools (platform/tools) build on it.
///
/// Single-threaded: everything runs on the Scheduler. Records from the daemon are handled in their
/// order, one at a time; an update entry runs to its end before the next record is looked at, a
/// task entry is started and runs beside.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "platform/base/ids.h"
#include "platform/base/result.h"
#include "platform/task/scheduler.h"
#include "platform/task/task.h"
#include "platform/wire/client_link.h"
#include "platform/wire/client_protocol.h"
#include "platform/wire/message.h"
#include "platform/wire/plant_record.h"

namespace cohort::client {

using wire::Departure;
using wire::Destinations;
using wire::GroupView;
using wire::Message;
using wire::MessageId;
using wire::Order;
using wire::Safety;
using wire::SiteView;

/// One delivered message with what the system says of it.
struct Delivery {
  MessageId id;
  ProcessId sender;  ///< stamped by the sender's daemon, cannot be forged
  Order order = Order::kCausal;
  GroupId group;   ///< the group through which it came; none: named as a process
  GroupView view;  ///< that group's membership at the place of delivery (the recipients)
  Destinations destinations;
  std::uint8_t entry = 0;
  std::uint64_t call = 0;  ///< the caller's request number; 0: no reply is wanted
  MessageId answers;       ///< of a reply's copy: the request that it answers; else zero
  std::uint64_t tag = 0;   ///< the sender's own mark, for tools; 0: none
  Message message;
};

/// A change of a group's membership.
struct ViewChange {
  GroupView view;
  std::vector<ProcessId> joined;
  std::vector<std::pair<ProcessId, Departure>> departed;
};

/// What an entry accepts (facility 31): a multicast weaker than `weakest` is refused.
struct EntryRule {
  Order weakest = Order::kCausal;
};

/// Entries 0..15 belong to the toolkit, 16..255 to applications.
inline constexpr std::uint8_t kFirstApplicationEntry = 16;

/// The only place where replicated state changes: a plain function that cannot suspend. What it
/// returns is sent as its reply where the caller wants one; nothing: no reply is sent now.
using UpdateEntry = std::function<std::optional<Message>(const Delivery&)>;
/// Acts on the world, awaits, replies with tools::reply; must not change replicated state itself.
using TaskEntry = std::function<task::Task<void>(Delivery)>;
/// Returns false to drop the message before its entry sees it (paper section 3.10).
using Filter = std::function<bool(const Delivery&)>;

class Process {
 public:
  struct Parts;  ///< private to platform/client

  /// Requires: link and scheduler outlive the process.
  Process(wire::ClientLink& link, task::Scheduler& scheduler, std::string program,
          std::uint64_t unix_pid);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  /// Says hello and waits for the welcome. Errors: kClosed, kVersion. Blocks: one local exchange.
  task::Task<Result<void>> connect();

  ProcessId id() const;
  const SiteView& sites() const;
  bool serving() const;
  bool closed() const;
  task::Scheduler& scheduler();

  // ---- acting on the world (V11). What the daemon hands over is handled only while the site's
  // lease lasts; later it waits, until the lease is back or the session ends. A task that was
  // started in time and then waited or computed asks again, right before it acts.
  /// False: others may have taken over from this process already. Ensures: V11 for what takes
  /// effect within limits::kLeaseMargin. Blocks: never; no system call.
  bool may_act() const;
  /// How long may_act() stays true if nothing more is heard; zero: it is false.
  Duration lease_left() const;
  /// Waits until may_act(), and until whoever has left this process's groups with its site can
  /// have acted for the last time: for what is done in the place of one that has gone. False: the
  /// session has ended, nothing may be done any more.
  task::Task<bool> until_may_act();

  // ---- entries and filters: bind them before connect()
  void bind_update(std::uint8_t entry, EntryRule rule, UpdateEntry handler);
  void bind_task(std::uint8_t entry, EntryRule rule, TaskEntry handler);
  void add_filter(Filter filter);

  // ---- groups. Each change costs one epoch (1 GBCAST); look-up is local.
  /// Errors: kAlreadyExists, kLimit, kClosed.
  task::Task<Result<GroupView>> create_group(std::string name);
  /// Errors: kUnknownGroup, kAlreadyExists (a member already), kClosed. With `create`, an absent
  /// group is created. Returns the view that lists this process, last. A group that was created
  /// with credentials takes only who shows the same ones (kRefused; at most 256 bytes).
  task::Task<Result<GroupView>> join_group(std::string name, bool create = false,
                                           Bytes credentials = {});
  task::Task<Result<void>> leave_group(GroupId group);
  task::Task<Result<void>> kill_group(GroupId group);
  task::Task<Result<GroupView>> look_up(std::string name);
  /// The view that this process has last seen, or null: no member and no monitor.
  const GroupView* view_of(GroupId group) const;

  // ---- sending
  /// Asynchronous: queued at once, numbered by the daemon in order. Errors: kLimit (payload too
  /// large, or too much waits for its number), kClosed, kInvalidArgument, kRefused (this process is
  /// a member and its own entry wants a stronger order). Blocks: never.
  Result<void> multicast(Order order, Destinations to, std::uint8_t entry, const Message& message,
                         Safety safety = Safety::kAgreed);
  /// As multicast, but waits for room first, then for the number and the recipients (E21).
  task::Task<Result<wire::Sent>> multicast_numbered(Order order, Destinations to,
                                                    std::uint8_t entry, Message message,
                                                    Safety safety = Safety::kAgreed);
  /// Returns when everything sent or delivered before is held by all surviving destinations (P33).
  task::Task<Result<void>> flush();

  /// Keeps the group's durable updates on this site's disk from now on, on top of the caller's
  /// state: `encode_state` is called once, at the place where the log begins. Returns when the
  /// state is on the disk and the caller counts as a logging member. Errors: kNotMember, kLimit,
  /// kClosed.
  task::Task<Result<void>> keep_log(GroupId group, std::function<Bytes()> encode_state);

  // ---- monitors: called in the order of events, before anything later is handled. A subscription
  // ends when the returned handle is dropped.
  using Subscription = std::shared_ptr<void>;
  [[nodiscard]] Subscription on_view(GroupId group, std::function<void(const ViewChange&)> handler);
  [[nodiscard]] Subscription on_process_gone(std::function<void(ProcessId, Departure)> handler);
  /// What became of this process's durable multicasts: true: on the disks of more than half of the
  /// group's logging members; false: not known, a view change came between.
  [[nodiscard]] Subscription on_durable(std::function<void(const wire::MessageId&, bool)> handler);
  [[nodiscard]] Subscription on_sites(std::function<void(const wire::Sites&)> handler);
  [[nodiscard]] Subscription on_serving(std::function<void(bool)> handler);
  [[nodiscard]] Subscription on_closed(std::function<void(const std::string& reason)> handler);
  /// Views of a group that this process is no member of.
  void monitor(GroupId group);

  /// Changes the plant's hosts or timers; for operators. Returns when it is in force. Errors:
  /// kRefused (no operator, or not allowed now), kInvalidArgument, kAlreadyExists, kClosed.
  task::Task<Result<void>> change_plant(wire::PlantChange change);

  /// Asks the daemon about itself (see wire::Inspect).
  task::Task<Result<Message>> inspect(std::string what, std::string argument = {});
  /// An operator's word: form a site view without a quorum (wire::ForceForm). Returns what the
  /// daemon says to it. Errors: kRefused, kClosed. Like inspect, allowed while connect() waits.
  task::Task<Result<std::string>> force_form(std::string reason);

 private:
  friend class Tooling;  // platform/client/tooling.h: what the tools need and applications do not
  std::shared_ptr<Parts> parts_;
};

}  // namespace cohort::client
