#include "platform/daemon/embedded_site.h"

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "platform/wire/record_stream.h"

namespace cohort::daemon {

namespace {

/// What lies between the two threads for one client. Whoever finds a queue empty wakes the other.
class Wire : public std::enable_shared_from_this<Wire> {
 public:
  Wire(net::Runtime& application, net::Runtime& site) : application_(application), site_(site) {}

  // ---- the application's thread
  void send(const Bytes& record);
  /// The process has gone.
  void drop();

  // ---- the site's thread
  void open(SiteDaemon& daemon);
  void end(const std::string& reason);

  // ---- any thread
  MonotonicTime lease_until() const {
    return MonotonicTime{Duration(lease_until_ns_.load(std::memory_order_relaxed))};
  }

  wire::ClientLink* link = nullptr;  ///< the application's thread only; null: dropped

 private:
  void take_in();  // the site's thread
  void hand_up();  // the application's
  bool is_over() {
    const std::lock_guard lock(mutex_);
    return over_;
  }

  net::Runtime& application_;
  net::Runtime& site_;
  SiteDaemon* daemon_ = nullptr;  ///< the site's thread only
  std::uint64_t client_ = 0;
  std::mutex mutex_;
  Bytes down_;  ///< framed records from the process
  Bytes up_;    ///< and to it
  bool dropped_ = false;
  bool over_ = false;
  std::atomic<std::int64_t> lease_until_ns_ = 0;
};

void Wire::send(const Bytes& record) {
  const std::lock_guard lock(mutex_);
  if (over_ || dropped_) return;
  const bool first = down_.empty();
  wire::append_framed_record(down_, record);
  if (first) site_.post([self = shared_from_this()] { self->take_in(); });
}

void Wire::drop() {
  link = nullptr;
  const std::lock_guard lock(mutex_);
  if (over_ || std::exchange(dropped_, true)) return;
  site_.post([self = shared_from_this()] { self->take_in(); });
}

void Wire::open(SiteDaemon& daemon) {
  if (is_over()) return;
  daemon_ = &daemon;
  SiteDaemon::LocalClient handlers;
  handlers.on_records = [self = shared_from_this()](ByteView records) {
    const std::lock_guard lock(self->mutex_);
    const bool first = self->up_.empty();
    self->up_.insert(self->up_.end(), records.begin(), records.end());
    if (first) self->application_.post([self] { self->hand_up(); });
  };
  handlers.on_gone = [self = shared_from_this()](const std::string& reason) { self->end(reason); };
  handlers.on_lease = [self = shared_from_this()](MonotonicTime until) {
    self->lease_until_ns_.store(until.time_since_epoch().count(), std::memory_order_relaxed);
  };
  client_ = daemon.open_local(std::move(handlers));
}

void Wire::take_in() {
  Bytes records;
  bool dropped = false;
  {
    const std::lock_guard lock(mutex_);
    if (over_) return;
    records.swap(down_);
    dropped = dropped_;
  }
  if (daemon_ == nullptr) return;
  if (!records.empty()) daemon_->send_local(client_, std::move(records));
  if (dropped) daemon_->close_local(client_);
}

void Wire::hand_up() {
  Bytes records;
  {
    const std::lock_guard lock(mutex_);
    records.swap(up_);
  }
  ByteView left = records;
  while (const auto record = wire::take_record(left)) {
    // Once the life is over nothing is handed up, not even what came before: it failed.
    if (link == nullptr || is_over()) return;
    if (link->on_record) link->on_record(*record);
  }
}

void Wire::end(const std::string& reason) {
  lease_until_ns_.store(0, std::memory_order_relaxed);
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(over_, true)) return;
  }
  daemon_ = nullptr;
  application_.post([self = shared_from_this(), reason] {
    wire::ClientLink* const told = std::exchange(self->link, nullptr);
    if (told != nullptr && told->on_closed) told->on_closed(reason);
  });
}

class EmbeddedLink final : public wire::ClientLink {
 public:
  explicit EmbeddedLink(std::shared_ptr<Wire> wire) : wire_(std::move(wire)) { wire_->link = this; }
  ~EmbeddedLink() override { wire_->drop(); }
  EmbeddedLink(const EmbeddedLink&) = delete;
  EmbeddedLink& operator=(const EmbeddedLink&) = delete;

  void send(Bytes record) override { wire_->send(record); }
  MonotonicTime now() const override { return net::Runtime::now(); }
  MonotonicTime lease_until() const override { return wire_->lease_until(); }

 private:
  std::shared_ptr<Wire> wire_;
};

}  // namespace

struct EmbeddedSite::Parts {
  explicit Parts(net::Runtime& loop) : application(loop) {}

  net::Runtime& application;
  net::Runtime runtime;  ///< of the site's thread
  std::unique_ptr<SiteDaemon> daemon;
  std::vector<std::weak_ptr<Wire>> wires;  ///< the application's thread only
  std::thread thread;
};

Result<std::unique_ptr<EmbeddedSite>> EmbeddedSite::start(net::Runtime& application, LogFile& log,
                                                          SiteDaemon::Settings settings) {
  auto parts = std::make_unique<Parts>(application);
  settings.on_end = [&application, on_end = std::move(settings.on_end)](const LifeEnd& end) {
    application.post([on_end, end] { on_end(end); });
  };
  auto daemon = SiteDaemon::start(parts->runtime, log, std::move(settings));
  if (!daemon) return std::unexpected(daemon.error());
  parts->daemon = std::move(*daemon);
  parts->thread = std::thread([runtime = &parts->runtime] { runtime->run(); });
  return std::unique_ptr<EmbeddedSite>(new EmbeddedSite(std::move(parts)));
}

EmbeddedSite::EmbeddedSite(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

EmbeddedSite::~EmbeddedSite() {
  parts_->runtime.stop(0);
  parts_->thread.join();
  parts_->daemon.reset();
  for (const std::weak_ptr<Wire>& wire : parts_->wires) {
    if (const auto alive = wire.lock()) alive->end("the embedded site has ended");
  }
}

std::unique_ptr<wire::ClientLink> EmbeddedSite::connect() {
  auto wire = std::make_shared<Wire>(parts_->application, parts_->runtime);
  std::erase_if(parts_->wires, [](const std::weak_ptr<Wire>& each) { return each.expired(); });
  parts_->wires.push_back(wire);
  auto link = std::make_unique<EmbeddedLink>(wire);
  parts_->runtime.post([wire, daemon = parts_->daemon.get()] { wire->open(*daemon); });
  return link;
}

SiteLife EmbeddedSite::life() const {
  return parts_->daemon->life();
}

void EmbeddedSite::leave() {
  parts_->runtime.post([daemon = parts_->daemon.get()] { daemon->leave(); });
}

}  // namespace cohort::daemon
