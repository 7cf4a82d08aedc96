/// The clients of one site: their sessions, their requests in order, and what is delivered to them.
///
/// One FIFO a client up to the number (E15); after a request for a change, the client's later
/// requests wait until the epoch that lists it (E2). A client that speaks garbage, floods or stalls
/// is closed with the reason; nothing else is touched (P55).
/// Source: docs/formats/client-protocol.md; docs/protocol/clients.md.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "platform/core/context.h"
#include "platform/core/data_plane.h"
#include "platform/core/durable_log.h"
#include "platform/wire/client_protocol.h"

namespace cohort::core {

class StateDigest;

class ClientPort : public Upcalls {
 public:
  explicit ClientPort(Context& context) : context_(context) {}
  /// Called once, before the first client.
  void connect(DataPlane& plane, Sessions& sessions, DurableLog& durable) {
    plane_ = &plane;
    sessions_ = &sessions;
    durable_ = &durable;
  }

  // ---- inputs
  void on_opened(const ClientOpened& opened);
  void on_frame(const ClientFrame& frame);
  void on_gone(ClientHandle handle);
  /// Bytes of another site's process for one of this site's.
  void on_direct(const wire::DirectFrame& frame);

  // ---- upcalls of the data plane
  void on_agreed(const wire::MessageId& id, const StreamEntry& entry,
                 const GroupTable& table) override;
  void on_message(const wire::MessageId& id, const StreamEntry& entry,
                  const GroupTable& table) override;
  void on_switch(const wire::Opening& opening) override;
  void on_change(const wire::Change& change, const ChangeOutcome& outcome, std::uint64_t view,
                 const GroupTable& table) override;
  void on_epoch(std::uint64_t epoch, const GroupTable& table) override;
  void on_table(std::uint64_t epoch, const GroupTable& table) override;
  /// What became of a durable multicast of a client of this site.
  void on_durable(const wire::MessageId& id, ProcessId sender, bool durable);

  // ---- site views
  struct ViewNews {
    wire::SiteView view;
    std::vector<SiteLife> joined;
    std::vector<std::pair<SiteLife, std::string>> departed;
    std::vector<GroupChange> groups;
    std::vector<ProcessId> gone;
  };
  void on_site_view(const ViewNews& news);
  /// Whether requests are taken and messages delivered; clients are told of each change.
  void set_serving(bool serving);
  /// Numbers what can be numbered; completes flushes; closes clients that stall.
  void pump();
  /// One effect for each client that this step has records for.
  void hand_over();
  void close_all(const std::string& reason);
  bool idle() const { return clients_.empty(); }
  /// A client has become slow or has caught up: other sites should hear of it in this step.
  bool take_urgent() { return std::exchange(urgent_, false); }
  /// What is held for clients, the most of any one: for the checker of bounded buffers (P59).
  struct Held {
    std::size_t unread = 0;  ///< deliveries that the client has not taken
    std::size_t cap = 0;     ///< the most that it may be
    std::size_t queued = 0;  ///< its requests that have no number
  };
  Held held() const;

  /// Tells the operators here what became of their changes of the plant.
  void on_plant_outcomes(const std::vector<wire::PlantOutcome>& outcomes);

  /// Until then processes of sites that have gone may still act: every View says how long that is.
  MonotonicTime settled_at{};
  /// This site only votes: a client may look at it, and change the plant, and nothing else.
  bool witness = false;
  /// Who may change the plant: users as the kernel names them.
  std::vector<std::uint32_t> operators;
  /// Submits a change of the plant; set by the composer.
  std::function<Result<wire::PlantRequestId>(wire::PlantChange)> change_plant;
  /// Answers an Inspect; set by the composer.
  std::function<wire::Message(const wire::Inspect&)> inspect;
  /// Carries out a ForceForm; set by the composer.
  std::function<Result<std::uint64_t>(const std::string& who)> force_form;

  /// What this one holds that decides what it will do (state_digest.h).
  void add_to(StateDigest& digest) const;

 private:
  struct FlushWait {
    std::uint64_t token = 0;
    std::uint64_t view = 0;
    wire::SiteVector vector;
    std::uint64_t place = 0;
  };
  struct Queued {
    wire::ClientRequest request;
    std::size_t bytes = 0;
    std::shared_ptr<LargeSend> large;  ///< the multicast instead, where it is large
  };
  /// Quiet multicasts that have their numbers, and of which the client has not heard.
  struct Quiet {
    std::uint64_t count = 0;
    std::size_t bytes = 0;
    MonotonicTime since{};  ///< the first of them
  };
  struct Client {
    ClientHandle handle;
    std::uint32_t user = 0;
    ProcessId process;  ///< none until welcomed
    bool hello = false;
    bool sent_anything = false;
    std::deque<Queued> queue;
    std::size_t queue_bytes = 0;
    std::shared_ptr<LargeSend> receiving;  ///< the last of the queue, whose parts still come
    MonotonicTime part_at{};
    std::optional<wire::ChangeId> waits_for;
    std::uint64_t change_token = 0;
    std::vector<FlushWait> flushes;
    std::set<GroupId> monitors;
    Bytes outgoing;  ///< framed records of this step
    Quiet quiet;
    std::size_t unread_bytes = 0;
    MonotonicTime last_read{};
    std::size_t direct_bytes = 0;  ///< that came for it directly and that it has not taken
    bool slow = false;             ///< above its high water: nothing more is numbered for it
    std::size_t senders = 0;  ///< while slow: sites that may each have had one window on its way
    bool closing = false;
    bool failure_told = false;
  };
  /// A local process that a message goes to, by way of the first destination group that lists it.
  struct Recipient {
    ProcessId process;
    GroupId group;
    std::uint64_t view = 0;  ///< the group's
  };
  using Recipients = SmallVector<Recipient, 4>;
  /// A change that a local client asked for, until it is delivered.
  struct Asked {
    ClientHandle client;
    std::uint64_t token = 0;
  };

  Client* find(ProcessId process);
  void on_record(Client& client, ByteView record);
  void send(Client& client, const wire::ClientEvent& event);
  void hand_over(Client& client);
  void send_all(const wire::ClientEvent& event);
  void close(Client& client, Errc code, std::string reason);
  void welcome(Client& client);
  void take(Client& client, wire::ClientRequest request, std::size_t bytes);
  bool take_from_anybody(Client& client, const wire::ClientRequest& request);
  bool take_now(Client& client, const wire::ClientRequest& request);
  bool legal(Client& client, const wire::ClientRequest& request);
  // requests in their order (client_requests.cpp)
  void pump(Client& client);
  bool start(Client& client, Queued& queued);
  bool start_multicast(Client& client, wire::Multicast& request);
  void count_quiet(Client& client, std::size_t bytes);
  void clear_queue(Client& client);
  void tell_sent(Client& client, std::uint64_t token, DataPlane::Numbered numbered);
  void start_change(Client& client, std::uint64_t token, wire::Change change);
  void start_flush(Client& client, std::uint64_t token);
  void complete_flushes(Client& client);
  // large multicasts (client_large.cpp)
  std::shared_ptr<LargeSend> make_large(Client& client, wire::Multicast& request) const;
  void on_part(Client& client, const wire::MulticastPart& part);
  bool start_large(Client& client, const std::shared_ptr<LargeSend>& large);
  void watch_parts(Client& client);
  // bytes from process to process (client_direct.cpp)
  void send_direct(Client& client, const wire::Direct& direct);
  // slow clients (client_slow.cpp)
  void send_delivery(Client& client, wire::Deliver deliver, const Bytes& payload);
  void count_unread(Client& client, std::size_t bytes);
  void on_consumed(Client& client, std::uint64_t bytes);
  void set_slow(Client& client, bool slow);
  void watch_slow(Client& client);
  void credit_own_pause();
  std::size_t cap_of(const Client& client) const;
  void exclude(Client& client, std::string reason);
  void submit_failure(Client& client, wire::Departure reason);
  // durable updates (client_log.cpp)
  bool may_log(const wire::Multicast& request, Client& client);
  void await_durable(const Client& client, const DataPlane::Numbered& numbered, GroupId group);
  void start_log(Client& client, const wire::BeginLog& request);
  void start_checkpoint(Client& client, wire::Checkpoint& request);
  void count_as_logger(Client& client, std::uint64_t token, GroupId group, const std::string& name,
                       std::optional<std::uint64_t> begun);
  // operators (client_operator.cpp)
  void take_plant_change(Client& client, const wire::ChangePlant& request);
  void take_force_form(Client& client, const wire::ForceForm& request);
  Result<void> check_operator(const Client& client) const;
  // what is delivered (client_upcalls.cpp)
  void deliver_global(const wire::Change& change, std::uint64_t view, const GroupTable& table);
  void tell_views(const std::vector<GroupChange>& changes);
  std::uint64_t settles_ms() const;
  Recipients local_recipients(const wire::Destinations& destinations,
                              const GroupTable& table) const;

  Context& context_;
  DataPlane* plane_ = nullptr;
  Sessions* sessions_ = nullptr;
  DurableLog* durable_ = nullptr;
  std::map<ClientHandle, Client> clients_;
  std::map<ProcessId, ClientHandle> processes_;
  std::map<wire::ChangeId, Asked> asked_;
  std::map<wire::PlantRequestId, Asked> plant_asked_;
  wire::SiteView site_view_;
  std::uint32_t next_process_ = 1;
  bool serving_ = false;
  bool urgent_ = false;
  MonotonicTime pumped_{};
};

}  // namespace cohort::core
