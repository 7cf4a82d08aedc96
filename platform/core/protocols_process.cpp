#include "platform/core/protocols_process.h"

#include <algorithm>

#include "platform/base/instrument.h"
#include "platform/base/limits.h"
#include "platform/core/client_port.h"
#include "platform/core/inspector.h"
#include "platform/core/path_book.h"
#include "platform/core/router.h"
#include "platform/core/state_digest.h"

namespace cohort::core {

namespace {
constexpr Duration kStatusWhileUnstable = millis(10);
}  // namespace

struct ProtocolsProcess::Parts {
  explicit Parts(const Settings& settings)
      : context(settings.self, settings.seed),
        sessions(context, settings.plant),
        detector(settings.self),
        clients(context),
        durable(context, sessions),
        plane(context, sessions, clients, settings.flow),
        views(context, sessions, detector, plane, settings),
        router(context, sessions, detector, plane, views, durable),
        inspector{context, sessions, detector, plane, views, paths} {
    clients.connect(plane, sessions, durable);
    router.on_direct = [this](const wire::DirectFrame& frame) { clients.on_direct(frame); };
    durable.on_outcome = [this](const wire::MessageId& id, ProcessId sender, bool known) {
      clients.on_durable(id, sender, known);
    };
    clients.inspect = [this](const wire::Inspect& question) { return inspector.answer(question); };
    clients.operators = settings.operators;
    clients.change_plant = [this](wire::PlantChange change) {
      return views.change_plant(std::move(change));
    };
    clients.force_form = [this](const std::string& who) { return views.force_form(who); };
    views.on_install = [this](const ViewChange::Install& install) { on_install(install); };
  }

  void take(const Input& input);
  void set_hosts(const wire::PlantRecord& plant);
  void on_link_down(const LinkDown& down);
  void on_install(const ViewChange::Install& install);
  void settle();
  void send_statuses();
  void watch_serving();
  void tell_lease();
  bool unstable() const;

  /// What the last Status said that this site holds.
  struct Told {
    wire::SiteVector received;
    std::uint64_t order_received = 0;
  };

  Context context;
  PathBook paths;
  Sessions sessions;
  FailureDetector detector;
  ClientPort clients;
  DurableLog durable;
  DataPlane plane;
  ViewChange views;
  Router router;
  Inspector inspector;
  std::vector<SiteId> peers;
  MonotonicTime next_status{};
  MonotonicTime last_status{};
  MonotonicTime next_acknowledging{};
  MonotonicTime table_asked{};
  MonotonicTime not_serving_since{};
  bool urgent = false;
  bool leaves = false;
  Told told;
  std::uint64_t plant_version = 0;  ///< of the record whose hosts were set last
  MonotonicTime lease_told{};       ///< to the clients
  MonotonicTime serves_from{};      ///< not before: former lives may still act
};

ProtocolsProcess::ProtocolsProcess(Settings settings) : parts_(std::make_unique<Parts>(settings)) {}

ProtocolsProcess::~ProtocolsProcess() = default;

Effects ProtocolsProcess::step(const Input& input, MonotonicTime now) {
  return step(std::span(&input, 1), now);
}

Effects ProtocolsProcess::step(std::span<const Input> inputs, MonotonicTime now) {
  Context& context = parts_->context;
  COHORT_ASSERT(now >= context.now, "time never goes back");
  if (!context.stopped) {
    context.now = now;
    parts_->detector.on_step(now);
    for (const Input& input : inputs) {
      if (!context.stopped) parts_->take(input);
    }
    if (!context.stopped) parts_->settle();
    parts_->tell_lease();
    parts_->clients.hand_over();
  }
  return std::exchange(context.effects, {});
}

void ProtocolsProcess::Parts::set_hosts(const wire::PlantRecord& plant) {
  peers.clear();
  for (const wire::Host& host : plant.hosts) {
    if (host.site != context.self.site) peers.push_back(host.site);
  }
  const wire::Host* own = plant.host(context.self.site);
  clients.witness = own != nullptr && own->witness;
  if (plant.version > 0) context.effects.push_back(SetHosts{plant.hosts, plant.version});
}

void ProtocolsProcess::Parts::take(const Input& input) {
  if (std::holds_alternative<Start>(input)) set_hosts(views.basis().plant);
  if (const auto* up = std::get_if<LinkUp>(&input)) {
    if (std::find(peers.begin(), peers.end(), up->site) == peers.end()) peers.push_back(up->site);
    sessions.on_link_up(up->site, up->channel);
  }
  if (const auto* down = std::get_if<LinkDown>(&input)) on_link_down(*down);
  if (const auto* frame = std::get_if<FrameReceived>(&input)) router.on_frame(*frame);
  if (const auto* opened = std::get_if<ClientOpened>(&input)) clients.on_opened(*opened);
  if (const auto* record = std::get_if<ClientFrame>(&input)) clients.on_frame(*record);
  if (const auto* gone = std::get_if<ClientGone>(&input)) clients.on_gone(gone->client);
  if (const auto* done = std::get_if<StoreDone>(&input)) views.on_store_done(done->token);
  if (const auto* path = std::get_if<PathReport>(&input)) paths.note(context, *path);
  if (const auto* done = std::get_if<LogDone>(&input)) durable.on_log_done(done->token);
  if (std::holds_alternative<Leave>(input)) {
    leaves = true;
    tell_lease();  // before anybody hears of it: nobody waits for the lease of who leaves
    clients.close_all("the site leaves the plant");
    views.leave();
  }
}

void ProtocolsProcess::Parts::on_link_down(const LinkDown& down) {
  sessions.on_link_down(down.site, down.channel);
  const auto rank = views.basis().rank_of(down.site);
  if (!down.process_gone || !views.basis().operational || !rank) return;
  // A new life may have been heard of already: the old one is suspected by that.
  if (views.basis().members[*rank] == sessions.life(down.site)) {
    detector.on_process_gone(down.site);
  }
}

void ProtocolsProcess::Parts::settle() {
  views.tick();
  if (context.stopped) return;
  const bool lease = views.basis().operational && detector.lease_valid(context.now);
  clients.set_serving(lease && plane.has_table() && !views.leaving() && context.now >= serves_from);
  if (views.basis().operational) {
    clients.pump();
    plane.pump(lease);
    clients.pump();
    plane.pump(lease);
    durable.flush(lease);
    plane.flush();
    if (!plane.has_table() && context.now - table_asked >= millis(200)) {
      table_asked = context.now;
      router.ask_for_table();
    }
  }
  urgent = plane.take_urgent() || clients.take_urgent() || urgent;
  send_statuses();
  sessions.acknowledge(plane.flow().limits().unacknowledged);
  watch_serving();
}

/// The clients' lease ends no later than ours, and never later than Timers::lease from now, even
/// where ours needs no echo: a daemon that dies prolongs nothing.
void ProtocolsProcess::Parts::tell_lease() {
  MonotonicTime until{};
  if (views.basis().operational && !leaves && !context.stopped && !views.gives_up_lease()) {
    until = std::min(detector.lease_until(), context.now + context.timers.lease);
  }
  if (until >= lease_told && until < lease_told + limits::kLeaseStep) return;
  if (until < lease_told) COHORT_PROBE("lease.taken_back");
  lease_told = until;
  context.effects.push_back(SetLease{until});
}

bool ProtocolsProcess::Parts::unstable() const {
  if (!views.basis().operational) return false;
  for (std::size_t origin = 0; origin < plane.multicast().sites(); ++origin) {
    const Stream& stream = plane.multicast().stream(origin);
    if (stream.floor() != stream.received()) return true;
  }
  // What is stable for us may not be for others, who wait to hear that we hold it.
  return plane.stability().stable_order() < plane.order().received() ||
         told.order_received != plane.order().received() ||
         told.received != plane.multicast().received();
}

void ProtocolsProcess::Parts::send_statuses() {
  const bool due = context.now >= next_status;
  const bool early = unstable() && context.now >= last_status + kStatusWhileUnstable;
  if (!due && !early && !urgent) return;
  urgent = false;
  if (views.basis().operational) {
    plane.flush_all();
    told = {plane.multicast().received(), plane.order().received()};
  }
  last_status = context.now;
  next_status = context.now + context.timers.heartbeat;
  // What is kept to be sent again is freed in time; a frame of its own for it each time is dear.
  const bool acknowledges = context.now >= next_acknowledging;
  if (acknowledges) next_acknowledging = context.now + kStatusWhileUnstable;
  for (SiteId site : peers) router.send_status(site, acknowledges);
}

void ProtocolsProcess::Parts::watch_serving() {
  const bool serving =
      views.basis().operational && detector.lease_valid(context.now) && !views.install_waits();
  if (serving || !views.basis().operational) {
    not_serving_since = context.now;
    return;
  }
  if (!detector.quorum_possible()) {
    context.fail_stop("a quorum of the view's members has exited for good");
  } else if (context.now - not_serving_since > context.timers.quorum_loss_restart) {
    context.fail_stop("no quorum for " +
                      std::to_string(to_millis(context.timers.quorum_loss_restart) / 1000) + " s");
  }
}

void ProtocolsProcess::Parts::on_install(const ViewChange::Install& install) {
  const wire::ViewValue& value = install.value;
  if (value.plant.version != plant_version) set_hosts(value.plant);
  plant_version = value.plant.version;
  for (SiteLife life : value.members) {
    if (life != context.self) sessions.expect(life);
  }
  ClientPort::ViewNews news;
  news.view = {value.view, value.members};
  std::vector<SiteLife> departed;
  const auto contains = [](const std::vector<SiteLife>& lives, SiteLife life) {
    return std::find(lives.begin(), lives.end(), life) != lives.end();
  };
  for (SiteLife life : install.old_members) {
    if (!contains(value.members, life)) departed.push_back(life);
  }
  for (const wire::Removal& removal : value.removed) {
    news.departed.emplace_back(removal.site, removal.reason);
  }
  bool newcomers = !value.need_table.empty();
  for (SiteLife life : value.members) {
    if (contains(install.old_members, life)) continue;
    newcomers = true;
    news.joined.push_back(life);
  }
  // A site that comes back, and one that begins anew, serves no client beside those of former
  // lives.
  if (install.old_members.empty()) serves_from = views.settled_at();
  if (install.forming) {
    plane.use_fresh_table(value.view);
  } else if (install.old_members.empty() || !plane.has_table()) {
    plane.await_table();
  } else {
    news.groups = plane.table().remove_sites(departed, news.gone);
  }
  plane.install(value.view, value.members, *views.basis().rank_of(context.self.site));
  durable.install(value.view, value.members, *views.basis().rank_of(context.self.site),
                  plane.has_table() ? &plane.table() : nullptr);
  router.keep_table(newcomers && plane.has_table() ? plane.table().encode() : Bytes{});
  std::string members;
  for (SiteLife life : value.members) members += (members.empty() ? "" : ",") + to_string(life);
  std::string removed;
  for (const wire::Removal& removal : value.removed) {
    removed += (removed.empty() ? "" : ",") + to_string(removal.site) + ":";
    removed += to_string(removal.cause);
  }
  clients.settled_at = views.settled_at();
  const auto settles = std::max<std::int64_t>(0, to_millis(views.settled_at() - context.now));
  context.trace("event=view.installed site=" + to_string(context.self) + " view=" +
                std::to_string(value.view) + (removed.empty() ? "" : " removed=" + removed) +
                " settles_ms=" + std::to_string(settles) + " members=" + members);
  clients.on_site_view(news);
  clients.on_plant_outcomes(install.own_outcomes);
  plane.resubmit_owed();
  table_asked = {};
  urgent = true;
  router.release();
}

Held ProtocolsProcess::held() const {
  const Parts& parts = *parts_;
  Held held;
  for (std::size_t origin = 0; origin < parts.plane.multicast().sites(); ++origin) {
    held.origin = std::max(held.origin, parts.plane.held_bytes(origin));
  }
  held.own = parts.plane.multicast().unstable_bytes();
  held.large = parts.plane.fragments().bytes();
  const ClientPort::Held clients = parts.clients.held();
  held.client_unread = clients.unread;
  held.client_cap = clients.cap;
  held.client_queued = clients.queued;
  for (SiteId peer : parts.peers) {
    held.unacknowledged =
        std::max(held.unacknowledged, parts.sessions.unacknowledged_bytes(peer, Channel::kData));
  }
  return held;
}

std::optional<wire::PlantRecord> recorded_plant(const std::vector<Bytes>& log) {
  std::optional<wire::PlantRecord> newest;
  for (const Bytes& bytes : log) {
    const auto record = wire::decode_view_log_record(bytes);
    if (record && record->kind == wire::ViewLogRecord::Kind::kCommitted)
      newest = record->value.plant;
  }
  return newest;
}

MonotonicTime ProtocolsProcess::next_deadline() const {
  const Parts& parts = *parts_;
  MonotonicTime next = std::min(parts.next_status, parts.views.next_deadline());
  if (parts.unstable()) next = std::min(next, parts.last_status + kStatusWhileUnstable);
  if (parts.serves_from > parts.context.now) next = std::min(next, parts.serves_from);
  return std::max(next, parts.context.now);
}

/// Left out: who this is, which settings do not change, and what is known of paths, for people.
void ProtocolsProcess::add_to(StateDigest& digest) const {
  const Parts& parts = *parts_;
  Rng rng = parts.context.rng;
  digest.add(parts.context.stopped, rng.next(), parts.sessions, parts.detector, parts.clients,
             parts.durable, parts.plane, parts.views, parts.router, parts.peers);
  digest.add(parts.next_status, parts.last_status, parts.next_acknowledging, parts.table_asked,
             parts.not_serving_since, parts.urgent, parts.told, parts.plant_version);
}

}  // namespace cohort::core
