/// What a Process is made of. Private to platform/client; each duty has its own files.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "platform/client/calls.h"
#include "platform/client/direct.h"
#include "platform/client/group_book.h"
#include "platform/client/inbox.h"
#include "platform/client/listeners.h"
#include "platform/client/outbox.h"
#include "platform/client/process.h"
#include "platform/client/recorder.h"
#include "platform/client/tooling.h"
#include "platform/task/one_shot.h"
#include "platform/wire/parts.h"

namespace cohort::client {

/// Who this process is, and how its session stands.
struct Session {
  wire::ClientLink* link = nullptr;
  task::Scheduler* scheduler = nullptr;
  wire::Hello hello;
  std::optional<task::OneShot<Result<void>>> welcome;  ///< set while connect() waits
  ProcessId self;                                      ///< none before the welcome
  SiteView sites;
  std::uint64_t report = 0;    ///< after how many consumed bytes the daemon wants to hear of them
  std::set<ProcessId> failed;  ///< of the site lives that are still in the site view
  std::set<GroupId> muted;     ///< groups whose state this process lacks: nothing runs for them
  bool serving = true;
  bool closed = false;
  std::string why_closed;

  bool is_gone(ProcessId process) const;
};

/// What runs when a message arrives (facility 25).
struct Entries {
  struct Bound {
    EntryRule rule;
    std::variant<UpdateEntry, TaskEntry> handler;
  };
  std::array<std::optional<Bound>, 256> bound;
  std::vector<Filter> filters;
};

struct Watchers {
  Listeners<ProcessId, Departure> process_gone;
  Listeners<const wire::MessageId&, bool> durable;
  Listeners<const wire::Sites&> sites;
  Listeners<bool> serving;
  Listeners<const std::string&> closed;
};

/// On what a multicast draws while it waits for its number.
enum class Draws {
  kRoom,     ///< a root task's: refused where there is no room
  kWaited,   ///< a root task's that has waited for room
  kReserve,  ///< a handler's or a tool's: on what is kept for these (H14)
  kReply,    ///< never refused: who exhausts the reserve with replies is closed by its daemon (E15)
};

struct Process::Parts : std::enable_shared_from_this<Process::Parts> {
  Parts(wire::ClientLink& link, task::Scheduler& scheduler, wire::Hello hello);

  Session session;
  Outbox outbox;
  Inbox inbox;
  wire::DeliveryAssembler assembler;
  Direct direct;
  GroupBook book;
  Calls calls;
  Entries entries;
  Watchers watchers;
  Recorder recorder;
  std::map<std::string, std::shared_ptr<void>> tool_state;
  std::uint64_t consumed_unreported = 0;
  MonotonicTime settled_at{};  ///< until then members that have gone may still act
  bool lease_is_watched = false;

  // ---- acting.cpp
  /// The site's lease lasts, as far as its daemon has said; false as well once the session is over.
  bool may_act() const;
  /// Asked before each record; where it is false the records are looked at again in a while.
  bool may_handle();
  void watch_lease();
  /// Suspends until this process may act, in the place of others too; false: never again.
  static task::Task<bool> until_may_act(std::shared_ptr<Parts> parts);

  // ---- sending.cpp
  /// Checks and hands a multicast over. What is refused was not encoded, however long it is.
  Result<void> multicast(const Tooling::Outgoing& outgoing, const Message& message, Draws draws,
                         Outbox::Answer answer);
  Result<void> admit(const Tooling::Outgoing& outgoing, std::size_t payload_bytes,
                     Draws draws) const;
  void hand_over(const Tooling::Outgoing& outgoing, Bytes payload, Draws draws,
                 Outbox::Answer answer);
  Result<void> check(const Tooling::Outgoing& outgoing) const;
  Result<void> answer(const Delivery& request, const Tooling::Answer& answer,
                      const Message& message);
  /// Whether a root task may send a payload of that length now.
  bool has_room(std::size_t bytes) const;

  // ---- receiving.cpp
  void on_record(ByteView record);
  void close(const std::string& reason);
  void handle(const wire::ClientEvent& event);
  void consumed(std::uint64_t bytes);

  // ---- delivering.cpp
  void deliver(const wire::Deliver& deliver);
  void run_entry(Delivery delivery);
  void refuse(const Delivery& delivery, std::string_view why);
  void null_reply(const Delivery& delivery);
};

}  // namespace cohort::client
