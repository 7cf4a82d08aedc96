/// What the tools need of a process and applications do not: replies, call numbers, toolkit
/// entries, holding records back while a state is transferred, and notes in the history.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "platform/base/limits.h"
#include "platform/client/calls.h"
#include "platform/client/payload.h"
#include "platform/client/process.h"
#include "platform/wire/history.h"

namespace cohort::client {

/// Entries 0..15 belong to the toolkit.
inline constexpr std::uint8_t kReplyEntry = 1;  ///< replies without copies
/// One for each StateTransfer of a process, in the order in which they are made.
inline constexpr std::uint8_t kFirstTransferEntry = 2;
inline constexpr std::uint8_t kLastTransferEntry = 5;

/// Sees records before the process handles them. All calls are plain and short.
class Interceptor {
 public:
  virtual ~Interceptor() = default;
  /// The next thing to be handled is this view: before entries, listeners and the group book.
  virtual void before_view(const wire::View& view) = 0;
  /// True: this view and everything after it waits until release().
  virtual bool holds(const wire::View& view) = 0;
  /// While holding: true for a delivery that is handled at once all the same.
  virtual bool passes(const wire::Deliver& deliver) = 0;
  /// While holding: a view or a failure has come and waits; to learn of a donor's end in time.
  virtual void peek(const wire::ClientEvent& event) = 0;
};

/// Requires: outlived by the process's scheduler. Stays usable, and does nothing, after the
/// process.
class Tooling {
 public:
  explicit Tooling(Process& process) : parts_(process.parts_) {}

  ProcessId id() const;
  task::Scheduler& scheduler() const;
  const GroupView* view_of(GroupId group) const;
  bool is_member(GroupId group) const;
  bool gone(ProcessId process) const;
  bool closed() const;
  /// As the functions of Process.
  bool may_act() const;
  task::Task<bool> until_may_act() const;

  struct Outgoing {
    Order order = Order::kCausal;
    Safety safety = Safety::kAgreed;
    Destinations to;
    std::uint8_t entry = 0;
    PayloadHeader header;
    /// False: waits for no slow member, as a reply. For what lets a slow member go on.
    bool waits_for_slow = true;
  };
  /// As Process::multicast, with a header; draws on the reserve that handlers have (H14).
  Result<void> send(const Outgoing& outgoing, const Message& message) const;
  /// As send(), and tells `on_sent` where its number is known.
  Result<void> send_numbered(const Outgoing& outgoing, const Message& message,
                             std::function<void(const Result<wire::Sent>&)> on_sent) const;
  /// Suspends while too much waits for its number, then sends and waits for the number.
  task::Task<Result<wire::Sent>> send_when_room(Outgoing outgoing, Message message) const;

  /// Returns when Process::multicast would take a payload of that length, or the session is over.
  task::Task<void> room(std::size_t bytes = limits::kPartBytes) const;

  /// Sends a request and opens a call for its replies. Requires: want > 0.
  task::Task<CallResult> call(Outgoing outgoing, Message message, std::uint32_t want,
                              Duration timeout) const;

  /// Sends bytes to one process beside all multicasts; suspends while its window is full. Requires:
  /// data is 1 to limits::kPartBytes long. Errors: kClosed (the session is over, or the other is
  /// gone; `stays` says no more).
  task::Task<Result<void>> send_direct(ProcessId to, std::uint8_t entry, Bytes data,
                                       std::function<bool()> stays) const;
  /// The handler is called for each such record as it comes, whatever is held back; until it takes
  /// them (take_direct) at most limits::kDirectWindowBytes come of one sender.
  void bind_direct(std::uint8_t entry,
                   std::function<void(ProcessId from, const Bytes& data)> handler) const;
  /// Lets as much more come; owed for all that a handler was given.
  void take_direct(ProcessId from, std::uint8_t entry, std::size_t bytes) const;
  /// Who waits in send_direct asks `stays` again.
  void look_again() const;

  struct Answer {
    PayloadKind kind = PayloadKind::kReply;
    Destinations copies;
    std::uint8_t copy_entry = kReplyEntry;
    Order order = Order::kCausal;
    Safety safety = Safety::kAgreed;
  };
  /// Answers a delivery: to its sender where a call waits there, and to the copies.
  Result<void> answer(const Delivery& request, const Answer& answer, const Message& message) const;

  void bind_update(std::uint8_t entry, EntryRule rule, UpdateEntry handler) const;
  void bind_task(std::uint8_t entry, EntryRule rule, TaskEntry handler) const;
  Process::Subscription on_view(GroupId group,
                                std::function<void(const ViewChange&)> handler) const;

  /// Views of every group that the process sees; before the listeners of one group.
  Process::Subscription on_any_view(std::function<void(const ViewChange&)> handler) const;
  /// What a tool shares between its parts in this process; empty at first.
  std::shared_ptr<void>& shared(const std::string& tool) const;

  /// Requires: outlives the process, or is taken away by the returned handle's end.
  Process::Subscription intercept(Interceptor& interceptor) const;
  /// Ends a hold: what waited is handled now, in its order, before this returns.
  void release() const;
  /// Ends a hold without a state: until this process is no member of the group any more, deliveries
  /// to it run no entry, and requests get null replies.
  void release_without(GroupId group) const;

  /// Every record of wire/history.h goes to the function from now on; time_ns is the scheduler's.
  void record_history(std::function<void(const wire::HistoryRecord&)> sink) const;
  /// Whether a note goes anywhere: what it is to say may be dear.
  bool recording() const;
  /// A tool's word for the checkers: kind, process, sequence and time are filled in.
  void note(wire::HistoryRecord record) const;
  void note(std::string text, std::uint64_t token = 0, std::uint64_t digest = 0) const;

 private:
  std::shared_ptr<Process::Parts> parts_;
};

/// One number for a request, for tokens in histories: a digest of its identity.
std::uint64_t history_token(const MessageId& id);

}  // namespace cohort::client
